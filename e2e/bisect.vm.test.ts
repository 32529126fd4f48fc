import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startProgram, testArtifacts } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()

for (const [title, bad, tier] of [
  ['panics', 'echo c > /proc/sysrq-trigger', onlyFull('three guests more')],
  // 139: git ends a bisection at such a status.
  ['makes the test die of SIGSEGV', 'kill -SEGV $$', {}],
  // The guest's own 125 is a failed test, no commit to skip.
  ['makes the test exit with status 125', 'exit 125', onlyFull('three guests more')],
] as const) {
  it(`git bisect run finds the commit that ${title}`, tier, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kernelkit-bisect-'))
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: directory, encoding: 'utf8' }).trim()
    try {
      git('init', '--quiet')
      const commits: string[] = []
      for (let number = 1; number <= 6; number++) {
        await writeFile(join(directory, 'test.sh'), `# ${number}\n${number >= 4 ? bad : 'exit 0'}\n`)
        git('add', 'test.sh')
        git('commit', '--quiet', '-m', `Change ${number}`)
        commits.push(git('rev-parse', 'HEAD'))
      }
      git('bisect', 'start', 'HEAD', commits[0] ?? '')
      const run = [
        'git',
        'bisect',
        'run',
        process.execPath,
        kernelkitBin,
        'run',
        '-k',
        kernel,
        '--image',
        image,
        '--',
        'sh',
        'test.sh',
      ] as const
      const { exitCode, stdout, stderr } = await startProgram([...run], { cwd: directory }).result
      expect(exitCode).toBe(0)
      expect(stdout).toContain(`${commits[3] ?? ''} is the first bad commit`)
      expect(stderr).toContain(`git bisect is under way in ${directory}: exit status as with --status simple`)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
}
