import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, saidEnough, startKernelkit, testArtifacts } from './lib/kernelkit.ts'

const { kernel, image } = testArtifacts()
let directory = ''
const commits: string[] = []
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: directory, encoding: 'utf8' }).trim()
const planted = 19

// Thirty commits of a program; the twentieth breaks it.
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-bisect-'))
  git('init', '--quiet')
  for (let number = 0; number < 30; number++) {
    await writeFile(join(directory, 'test.sh'), `# ${number}\n${number >= planted ? 'echo broken; exit 1' : 'exit 0'}\n`)
    git('add', 'test.sh')
    git('commit', '--quiet', '-m', `Change ${number}`)
    commits.push(git('rev-parse', 'HEAD'))
  }
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const words = (good: number, bad: number, ...more: readonly string[]) => [
  'bisect',
  '-k',
  kernel,
  '--image',
  image,
  '-m',
  '512M',
  ...more,
  commits[good] ?? '',
  commits[bad] ?? '',
  '--',
  'sh test.sh',
]

describe('kernelkit bisect', () => {
  it('ends at the planted commit after it was killed half-way, and leaves a dirty work tree as it was', async () => {
    await writeFile(join(directory, 'test.sh'), 'mine\n')
    const bisection = startKernelkit(words(0, 29), { cwd: directory })
    await saidEnough(bisection, (text) => (text.match(/^[0-9a-f]{12} (good|bad) /gm) ?? []).length >= 3)
    bisection.child.kill('SIGKILL')
    await bisection.result
    const { exitCode, stdout, stderr } = await kernelkit(words(0, 29, '--json', '--log', 'bisect.log'), { cwd: directory })
    expect(stderr).toMatch(/continuing a bisection: [345] commits are known/)
    expect({ exitCode, answer: JSON.parse(stdout) as unknown }).toMatchObject({
      exitCode: 0,
      answer: { first: { hash: commits[planted], subject: `Change ${planted}` }, report: { what: 'the command exited with status 1.' } },
    })
    expect(await readFile(join(directory, 'bisect.log'), 'utf8')).toContain(
      `# first bad commit: [${commits[planted] ?? ''}] Change ${planted}`,
    )
    expect(await readFile(join(directory, 'test.sh'), 'utf8')).toBe('mine\n')
    expect(git('status', '--porcelain')).toBe('M test.sh\n?? bisect.log')
  })

  it('says so when the good end fails or the bad end passes', async () => {
    const red = await kernelkit(words(20, 29), { cwd: directory })
    expect(red).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('fails, too: it was red before these commits') })
    const green = await kernelkit(words(0, 5), { cwd: directory })
    expect(green).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('passes: there is nothing to find') })
    const swapped = await kernelkit(words(29, 0), { cwd: directory })
    expect(swapped.stderr).toContain('BAD_BISECTION')
  })
})
