import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, saidEnough, startKernelkit, testArtifacts } from './lib/kernelkit.ts'
import { gitIn, makeReadyTree } from './lib/ready-tree.ts'

const { kernel } = testArtifacts()
let directory = ''
const commits: string[] = []
// The twelfth of sixteen breaks it; git's first choice, the eighth, does not compile, nor does the one after it.
const planted = 11
const uncompilable = [7, 8]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-bisect-'))
  const git = gitIn(directory)
  await makeReadyTree(directory, kernel)
  // ud2 throughout: the CPU resets before anything is printed.
  await writeFile(join(directory, 'broken-kernel'), (await readFile(kernel)).fill('\x0f\x0b', 0x8000, undefined, 'latin1'))
  git('init', '--quiet')
  git('add', '-A')
  for (let number = 0; number < 16; number++) {
    const lines = [
      ...(number >= planted ? ['// boots broken-kernel'] : []),
      ...(uncompilable.includes(number) ? ['#error half of a change'] : []),
      `int driver(void) { return ${number}; }`,
    ]
    await writeFile(join(directory, 'driver/driver.c'), `${lines.join('\n')}\n`)
    git('commit', '--quiet', '-am', `driver: change ${number}`)
    commits.push(git('rev-parse', 'HEAD'))
  }
})
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('kernelkit bisect over builds', () => {
  it('steps over commits that do not compile, continues after it was killed, and compiles only what the commits touch', async () => {
    const words = (...more: readonly string[]) => [
      'bisect',
      '--root',
      'host',
      '-m',
      '512M',
      '--boot-timeout',
      '20s',
      ...more,
      commits[0] ?? '',
      commits[15] ?? '',
      '--',
      'true',
    ]
    const bisection = startKernelkit(words(), { cwd: directory })
    await saidEnough(bisection, (text) => (text.match(/^[0-9a-f]{12} (good|bad|skip) /gm) ?? []).length >= 3)
    bisection.child.kill('SIGKILL')
    await bisection.result
    const { exitCode, stdout, stderr } = await kernelkit(words('--json'), { cwd: directory })
    expect(stderr).toMatch(/continuing a bisection: [345] commits are known/)
    const answer = JSON.parse(stdout) as Answer
    expect({ exitCode, first: answer.first.hash }).toEqual({ exitCode: 0, first: commits[planted] })
    const skipped = answer.tried.filter((one) => one.answer === 'skip')
    expect(skipped.length).toBeGreaterThan(0)
    for (const { commit, verdicts } of skipped)
      expect([uncompilable.includes(commits.indexOf(commit)), verdicts]).toEqual([true, ['build-fail']])
    // The first build made all; each later one only the driver's object, unless the kernel is in the store.
    const later = answer.tried.slice(1).flatMap(({ objects }) => objects ?? [])
    expect(later.every((objects) => objects <= 1)).toBe(true)
    expect(gitIn(directory)('status', '--porcelain')).toBe('')
  })
})

interface Answer {
  readonly first: { readonly hash: string }
  readonly tried: readonly {
    readonly commit: string
    readonly answer: string
    readonly verdicts: readonly string[]
    readonly objects: number | null
  }[]
}
