import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { kernelSource } from './lib/kernel-source.ts'
import { kernelkit, saidEnough, startKernelkit, testArtifacts } from './lib/kernelkit.ts'
import { gitIn } from './lib/ready-tree.ts'
import { onlyFull } from './lib/tiers.ts'

const hour = 60 * 60_000
const driver = 'drivers/char/mem.c'
// From the twentieth of thirty on, /dev/null takes nothing; git's first choice and the one before it do not compile.
const planted = 20
const uncompilable = [14, 15]

/** Debian's kernel source as the first commit, and thirty commits of one driver after it. Its path and its objects are kept for the next run. */
async function kernelHistory(): Promise<{ readonly tree: string; readonly commits: readonly string[] }> {
  const tree = join(testArtifacts().store, 'e2e-bisect-linux')
  const git = gitIn(tree)
  if (!existsSync(join(tree, '.git/base'))) {
    await rm(tree, { recursive: true, force: true })
    execFileSync('cp', ['-al', await kernelSource(), tree])
    execFileSync('git', ['init', '-q', '-b', 'main', tree])
    // One pack instead of 86,000 files.
    git('-c', 'core.bigFileThreshold=1', '-c', 'core.compression=1', '-c', 'core.fsync=none', 'add', '-f', '-A')
    git('commit', '-qm', 'Linux of Debian')
    await writeFile(join(tree, '.git/base'), git('rev-parse', 'HEAD'))
  }
  git('checkout', '-q', '-f', '-B', 'main', await readFile(join(tree, '.git/base'), 'utf8'))
  const base = await readFile(join(tree, driver), 'utf8')
  const [at, good] = ['static ssize_t write_null(', '\treturn count;\n}\n\nstatic ssize_t read_iter_null']
  if (!base.includes(at) || !base.includes(good)) throw new Error(`${driver} has changed: plant the bug elsewhere`)
  const commits = [git('rev-parse', 'HEAD')]
  let functions = ''
  for (let number = 1; number <= 30; number++) {
    functions += `static int __used change_${number}(int x)\n{\n\treturn x * ${number};\n}\n\n`
    const half = uncompilable.includes(number) ? 'static int half(void) { return nothing; }\n\n' : ''
    const text = base.replace(at, functions + half + at)
    // The source of the store has the same inode until git writes a file of its own.
    await rm(join(tree, driver))
    await writeFile(join(tree, driver), number >= planted ? text.replace(good, good.replace('return count', 'return -EIO')) : text)
    git('commit', '-qam', `mem: change ${number}`, '--date=2026-01-01T00:00:00Z')
    commits.push(git('rev-parse', 'HEAD'))
  }
  return { tree, commits }
}

it(
  'bisect of thirty commits of a kernel ends at the planted one, killed half-way, and compiles what the commits touch',
  { ...onlyFull('a kernel that is compiled from nothing the first time, and seven more'), timeout: 6 * hour },
  async () => {
    const { tree, commits } = await kernelHistory()
    const words = (...more: readonly string[]) => [
      'bisect',
      ...more,
      '--root',
      'host',
      '-m',
      '512M',
      '--config',
      'minimal',
      '--config',
      '9p',
      commits[0] ?? '',
      commits[30] ?? '',
      '--',
      'echo x > /dev/null',
    ]
    const bisection = startKernelkit(words(), { cwd: tree, timeoutMs: 3 * hour })
    await saidEnough(bisection, (text) => (text.match(/^[0-9a-f]{12} (good|bad|skip) /gm) ?? []).length >= 4)
    bisection.child.kill('SIGKILL')
    await bisection.result
    const { exitCode, stdout, stderr } = await kernelkit(words('--json'), { cwd: tree, timeoutMs: 3 * hour })
    expect(stderr).toMatch(/continuing a bisection: [456] commits are known/)
    const { first, tried } = JSON.parse(stdout) as {
      readonly first: { readonly hash: string } | null
      readonly tried: readonly { readonly answer: string; readonly objects: number | null }[]
    }
    expect({ exitCode, first: first?.hash, stderr }).toMatchObject({ exitCode: 0, first: commits[planted] })
    expect(tried.some(({ answer }) => answer === 'skip')).toBe(true)
    // The first build makes what is not there; each commit after it touches one object. Every link makes six more: three tables of symbols
    // (scripts/link-vmlinux.sh), and misc, piggy and header of the boot image, which have its sizes.
    const ofLink = 6
    const later = tried.slice(1).flatMap(({ objects }) => (objects === null || objects === 0 ? [] : [objects - ofLink]))
    expect(later.reduce((sum, objects) => sum + objects, 0)).toBeLessThanOrEqual(1.5 * later.length)
    expect(gitIn(tree)('status', '--porcelain', '--untracked-files=no')).toBe('')
  },
)
