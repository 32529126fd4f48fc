import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toyTree, type Toy } from '../packages/kernel/test/toy-tree.ts'
import { kernelkit, startKernelkit, testArtifacts } from './lib/kernelkit.ts'
import { processesWith, waitUntil } from './lib/processes.ts'

const { store } = testArtifacts()
let toy: Toy
let directory = ''
beforeAll(async () => {
  toy = await toyTree({ inGit: true })
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})
afterAll(async () => {
  await toy[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** What a store holds under final names. */
async function finished(place: string, kind: string): Promise<readonly string[]> {
  const names: readonly string[] = await readdir(join(place, kind)).catch(() => [])
  return names.toSorted()
}

/** Start a command, kill it as soon as it says that this phase has begun. */
async function killIn(args: readonly string[], phase: RegExp): Promise<NodeJS.Signals | null> {
  const { child, result } = startKernelkit([...args, '--verbose'])
  const output: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  await waitUntil(`${args.join(' ')} reaches ${String(phase)}`, () => child.exitCode !== null || phase.test(output.join('')))
  child.kill('SIGKILL')
  return (await result).signal
}

describe('a command that is killed', () => {
  it('while it builds a kernel leaves nothing under a final name, and two builders at once make one', async () => {
    await toy.write('slow', 'sleep 5')
    toy.git('add', '-A')
    toy.git('commit', '-qm', 'slow')
    const own = join(toy.directory, 'store')
    const build = ['build', toy.tree, '--config', 'toy.config', '--cache-dir', own]
    expect(await killIn(build, /source: /)).toBe('SIGKILL')
    expect(await killIn(build, /^compiling \.\.\./m)).toBe('SIGKILL')
    await waitUntil(
      'make and the compiler have ended with their parent',
      async () => (await processesWith(toy.directory, /^(?:make|gcc|cc1|sh|sleep)$/)).length === 0,
    )
    expect(await finished(own, 'kernel')).toEqual([])
    const [one, two] = await Promise.all([1, 2].map(() => kernelkit([...build, '--json'])))
    expect([one?.exitCode, two?.exitCode]).toEqual([0, 0])
    const [left, right] = [one, two].map((result) => JSON.parse(result?.stdout ?? '') as { kernel: string; cached: boolean })
    expect(left?.kernel).toBe(right?.kernel)
    expect(left?.cached).toBe(!right?.cached)
    expect(`${one?.stderr}${two?.stderr}`).toMatch(/waiting/i)
    expect(await finished(own, 'kernel')).toHaveLength(1)
  })

  it('while it assembles an image leaves nothing under a final name', async () => {
    // Of packages that the test store has; its overlay is new, so that no other run has made this image.
    await mkdir(join(directory, 'over/etc'), { recursive: true })
    await writeFile(join(directory, 'over/etc/motd'), `${randomUUID()}\n`)
    const bake = ['bake', '--suite', 'bookworm', '--size', '512M', '--overlay', join(directory, 'over'), '--json']
    expect(await killIn(bake, /^assemble the disk image \.\.\./m)).toBe('SIGKILL')
    expect(JSON.parse((await kernelkit([...bake, '--dry-run'])).stdout)).toMatchObject({ image: null })
    const { exitCode, stdout } = await kernelkit(bake)
    const baked = JSON.parse(stdout) as { readonly image: string; readonly cached: boolean }
    await rm(dirname(baked.image), { recursive: true })
    expect({ exitCode, cached: baked.cached, image: baked.image }).toEqual({
      exitCode: 0,
      cached: false,
      image: expect.stringContaining(join(store, 'image')) as string,
    })
  })
})
