import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kernelkit, startKernelkit, testArtifacts } from './lib/kernelkit.ts'
import { processesWith, waitUntil } from './lib/processes.ts'
import { rareArtifact } from './lib/rare-artifact.ts'
import { onlyFull } from './lib/tiers.ts'

const { store } = testArtifacts()
const build = ['build', 'deb:linux-source-6.12', '--arch', 'i386']
const bake = ['bake', '--arch', 'i386']
const noArtifacts = 'an i386 kernel and image are made by KERNELKIT_TEST_FULL=1 only, and are not in the test store'
/** A whole kernel is compiled on one or two CPUs. */
const compileLimitMs = 45 * 60_000

async function hasKernel(): Promise<boolean> {
  return (JSON.parse((await kernelkit([...build, '--dry-run', '--json'])).stdout) as { cached: boolean }).cached
}

async function hasImage(): Promise<boolean> {
  return (JSON.parse((await kernelkit([...bake, '--dry-run', '--json'])).stdout) as { image: string | null }).image !== null
}

/** Names of finished artifacts of this architecture: other tests make others meanwhile. */
async function finished(kind: string): Promise<readonly string[]> {
  const names: readonly string[] = await readdir(join(store, kind)).catch(() => [])
  const archOf = async (name: string) =>
    (JSON.parse(await readFile(join(store, kind, name, 'manifest.json'), 'utf8')) as { readonly arch?: string }).arch
  const archs = await Promise.all(names.map(archOf))
  return names.filter((_, index) => archs[index] === 'i386').toSorted((x, y) => x.localeCompare(y))
}

/** Beginning of the path of each directory in which this architecture's kernels are compiled. */
async function buildDirectories(): Promise<string> {
  const directory = join(store, 'build')
  const name = (await readdir(directory)).find((one) => one.includes('-i386-'))
  if (name === undefined) throw new Error(`no build of i386 below ${directory}`)
  return join(directory, name.slice(0, name.indexOf('-i386-') + '-i386-'.length))
}

/** Start a command, kill it as soon as it says that this phase has begun. */
async function killIn(args: readonly string[], phase: RegExp): Promise<'killed' | 'ended before'> {
  const { child, result } = startKernelkit([...args, '--verbose'], { timeoutMs: compileLimitMs })
  const output: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  let ended = false
  void result.then(() => (ended = true))
  await waitUntil(`${args.join(' ')} reaches ${String(phase)}`, () => ended || phase.test(output.join('')), 10 * 60_000)
  child.kill('SIGKILL')
  return (await result).signal === 'SIGKILL' ? 'killed' : 'ended before'
}

describe('i386, killed in the middle of every phase', () => {
  it(
    'builds a kernel: nothing is left under a final name, two builders at once make one',
    { ...onlyFull('a kernel is compiled'), timeout: 2 * compileLimitMs },
    async ({ skip }) => {
      skip(await hasKernel(), 'the test store already holds this kernel from an earlier run')
      const before = await finished('kernel')
      expect(await killIn(build, /source: /)).toBe('killed')
      expect(await killIn(build, /^compiling \.\.\./m)).toBe('killed')
      await waitUntil(
        'make and the compiler have ended with their parent',
        async () => (await processesWith(await buildDirectories(), /^(?:make|gcc|cc1)$/)).length === 0,
      )
      expect(await finished('kernel')).toEqual(before)
      const [one, two] = await Promise.all([1, 2].map(() => kernelkit([...build, '--json'], { timeoutMs: compileLimitMs })))
      expect([one?.exitCode, two?.exitCode]).toEqual([0, 0])
      const [left, right] = [one, two].map((result) => JSON.parse(result?.stdout ?? '') as { kernel: string; cached: boolean })
      expect(left?.kernel).toBe(right?.kernel)
      expect(left?.cached).toBe(!right?.cached)
      expect(`${one?.stderr}${two?.stderr}`).toMatch(/waiting/i)
      expect(await finished('kernel')).toHaveLength(before.length + 1)
    },
  )

  it(
    'bakes an image: nothing is left under a final name',
    { ...onlyFull('an image is bootstrapped'), timeout: 20 * 60_000 },
    async ({ skip }) => {
      skip(await hasImage(), 'the test store already holds this image from an earlier run')
      const before = await finished('image')
      // Packages that an earlier run left in the store are not fetched again.
      expect(await killIn(bake, /^(?:bootstrap bookworm i386|assemble the disk image) \.\.\./m)).toBe('killed')
      expect(await killIn(bake, /^assemble the disk image \.\.\./m)).toBe('killed')
      expect(await finished('image')).toEqual(before)
      const { exitCode } = await kernelkit([...bake, '--json'], { timeoutMs: 10 * 60_000 })
      expect(exitCode).toBe(0)
      expect(await finished('image')).toHaveLength(before.length + 1)
    },
  )

  it('boots both and is an i686', async ({ skip }) => {
    const built = await rareArtifact<{ kernel: string }>(build, 'kernel', compileLimitMs)
    const baked = await rareArtifact<{ image: string; suite: string }>(bake, 'image', 10 * 60_000)
    skip(built === undefined || baked === undefined, noArtifacts)
    const { kernel = '' } = built ?? {}
    const { image = '', suite } = baked ?? {}
    expect(suite).toBe('bookworm')
    const { exitCode, stdout } = await kernelkit(['run', '--arch', 'i386', '-k', kernel, '--image', image, '--', 'uname', '-m'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'i686\n' })
    // One emulated CPU gets another machine and firmware.
    const alone = ['run', '--arch', 'i386', '-k', kernel, '--image', image, '--accel', 'tcg', '--cpus', '1', '--', 'nproc']
    expect(await kernelkit(alone)).toMatchObject({ exitCode: 0, stdout: '1\n', stderr: expect.stringMatching(/^machine q35/m) })
    // systemd is the first program that uses futexes of 32-bit times.
    const systemd = ['run', '--arch', 'i386', '-k', kernel, '--image', image, '--init', 'systemd', '--', 'systemctl', 'is-system-running']
    expect(await kernelkit(systemd)).toMatchObject({ exitCode: 0, stdout: 'running\n' })
  })

  it('shows tasks, their stacks and mappings to gdb and inspect by the types next to the kernel', async ({ skip }) => {
    const built = await rareArtifact<{ kernel: string }>(build, 'kernel', compileLimitMs)
    const baked = await rareArtifact<{ image: string }>(bake, 'image', 10 * 60_000)
    skip(built === undefined || baked === undefined, noArtifacts)
    const name = `e2e-i386-${process.pid}`
    const guest = ['--arch', 'i386', '-k', built?.kernel ?? '', '--image', baked?.image ?? '', '--no-cwd']
    const kept = await kernelkit(['run', '--keep', '--name', name, ...guest, '--', 'sh', '-c', 'sleep 100000 & true'])
    try {
      expect(kept.exitCode).toBe(0)
      const asked = ['kk-ps', 'kk-bt sleep', 'kk-maps sleep', 'kk-phys (long)&linux_banner-0xc0000000 s', 'kk-dmesg']
      const { stdout, stderr } = await kernelkit(['gdb', name, '--', '-batch', ...asked.flatMap((command) => ['-ex', command])])
      expect(stderr).not.toContain('Error')
      expect(stdout).toMatch(/^ +\d+ +\d+ S 0x[c-f][0-9a-f]{7} {9}sleep$/m)
      expect(stdout).toMatch(/do_nanosleep .* at kernel\/time\/hrtimer\.c:\d+$/m)
      expect(stdout).toMatch(/^[0-9a-f]{8}-[0-9a-f]{8} r-xp 00001000 \/usr\/bin\/sleep$/m)
      expect(stdout.match(/^(?:\[ +0\.0+\] )?Linux version 6\.12\./gm)).toHaveLength(2)
      const inspected = await kernelkit(['inspect', name])
      expect(inspected.stdout).toMatch(/^CPU 1: .*\n +\S+\+0x[0-9a-f]+ \(.+:\d+\)$/m)
    } finally {
      await kernelkit(['stop', '--kill', name])
    }
  })
})
