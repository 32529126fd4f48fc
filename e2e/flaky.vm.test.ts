import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts } from './lib/kernelkit.ts'
import { gitIn } from './lib/ready-tree.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel } = testArtifacts()
const planted = 3

/** A repository of six commits of a test that never fails, and from the fourth on one time in three: which times follows from the seed. */
async function flakyHistory(seed: number): Promise<{ readonly directory: string; readonly commits: readonly string[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-flaky-'))
  const git = gitIn(directory)
  git('init', '--quiet')
  await mkdir(join(directory, '.git/runs'))
  const commits: string[] = []
  const odd = `echo x >> /mnt/runs/log; n=$(wc -l < /mnt/runs/log); test $(($(echo "${seed} $n" | cksum | cut -d' ' -f1) % 3)) != 0`
  for (let number = 0; number < 6; number++) {
    await writeFile(join(directory, 'test.sh'), `# ${number}\n${number >= planted ? odd : 'true'}\n`)
    git('add', 'test.sh')
    git('commit', '--quiet', '-m', `Change ${number}`)
    commits.push(git('rev-parse', 'HEAD'))
  }
  return { directory, commits }
}

const minutes = 60_000
const vm = ['-k', kernel, '--root', 'host', '-m', '256M', '-c', '1'] as const

describe('a test that fails one time in three', () => {
  it(
    'is flaky with --retries, found by --until-fail, and its rate is in the history',
    { ...onlyFull('more than twenty guests'), timeout: 30 * minutes },
    async () => {
      const { directory } = await flakyHistory(1)
      try {
        const file = {
          vm: { root: 'host', kernel, memory: '256M', share: ['.git/runs:/mnt/runs:rw'] },
          tests: [{ name: 'odd', run: 'sh test.sh' }],
        }
        await writeFile(join(directory, 'kernelkit.yaml'), JSON.stringify(file))
        const words = ['test', '--trust-project', '--json'] as const
        const failing = await kernelkit([...words, '--until-fail', '--repeat', '40'], { cwd: directory, timeoutMs: 15 * minutes })
        expect(failing.exitCode).toBe(1)
        // Where the first run passes there is nothing to retry.
        let verdict = ''
        for (let tries = 0; tries < 12 && verdict !== 'flaky'; tries++) {
          const { stdout } = await kernelkit([...words, '--retries', '6'], { cwd: directory, timeoutMs: 15 * minutes })
          verdict = (JSON.parse(stdout) as { readonly tests: readonly { readonly verdict: string }[] }).tests[0]?.verdict ?? ''
        }
        expect(verdict).toBe('flaky')
        const { stdout } = await kernelkit(['history', '--json'], { cwd: directory })
        const { tests } = JSON.parse(stdout) as { readonly tests: readonly { readonly passed: number; readonly runs: number }[] }
        expect(tests[0]?.passed).toBeLessThan(tests[0]?.runs ?? 0)
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    },
  )

  for (const seed of Array.from({ length: 10 }, (_, index) => index + 1)) {
    it(
      `is bisected to the planted commit with --confidence (seed ${seed})`,
      { ...onlyFull('about forty guests for each of ten seeds'), timeout: 30 * minutes },
      async () => {
        const { directory, commits } = await flakyHistory(seed)
        try {
          const share = ['-v', `${join(directory, '.git/runs')}:/mnt/runs:rw`]
          const words = [
            'bisect',
            '--json',
            '--confidence',
            '0.99',
            ...vm,
            ...share,
            commits[0] ?? '',
            commits[5] ?? '',
            '--',
            'sh test.sh',
          ]
          const { exitCode, stdout, stderr } = await kernelkit(words, { cwd: directory, timeoutMs: 25 * minutes })
          expect({ exitCode, stderr: lastLine(stderr) }).toMatchObject({ exitCode: 0 })
          expect((JSON.parse(stdout) as { readonly first: { readonly hash: string } }).first.hash).toBe(commits[planted])
        } finally {
          await rm(directory, { recursive: true, force: true })
        }
      },
    )
  }
})
