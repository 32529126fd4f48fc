import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kernelkitJson } from './lib/kernelkit.ts'
import { printPairs, type Figures } from './lib/pairs.ts'
import { benchDirectory } from './lib/seed.ts'

/** Seconds of `git status` in a kernel tree that a guest gets over one transport. Debian's general kernel has both. */
async function statusOver(transport: string, tree: string): Promise<Figures> {
  const words = [
    'run',
    '-k',
    'debian:12',
    '--root',
    'host',
    '--accel',
    'tcg',
    '-m',
    '2G',
    '--share-as',
    transport,
    '--share',
    `${tree}:/tree:ro`,
    '--no-cwd',
    // Of 9p on a busy host; without a limit a bench that hangs would never end.
    '--boot-timeout',
    '10m',
    '--timeout',
    '10m',
  ]
  const git = ['git', '-c', 'safe.directory=*', '--no-optional-locks', '-C', '/tree', 'status', '--short']
  const { verdict, seconds } = await kernelkitJson([...words, '--', ...git])
  if (verdict !== 'pass') throw new Error(`git status over ${transport}: ${String(verdict)}`)
  const { command } = seconds as { readonly command: number }
  process.stderr.write(`git status over ${transport}: ${command} s\n`)
  return { wallSeconds: command, cpuSeconds: command }
}

const pairs = 3
/** Some 800 files: with all of a tree 9p takes an hour on a busy host, and the cost is that of each file. */
const parts = ['kernel', 'mm']
const directory = await benchDirectory('shares')
try {
  const tree = join(directory, 'linux')
  const { manifest } = await kernelkitJson(['build', 'deb:linux-source-6.12'])
  const { source } = JSON.parse(readFileSync(String(manifest), 'utf8')) as { readonly source: { readonly tree: string } }
  for (const part of parts) cpSync(join(source.tree, part), join(tree, part), { recursive: true, verbatimSymlinks: true })
  const git = (...words: readonly string[]): Buffer =>
    execFileSync('git', ['-C', tree, '-c', 'user.name=b', '-c', 'user.email=b@example.org', ...words], { maxBuffer: 2 ** 28 })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'all')
  const [virtiofs, ninep]: [Figures[], Figures[]] = [[], []]
  for (let round = 0; round < pairs; round += 1) {
    virtiofs.push(await statusOver('virtiofs', tree))
    ninep.push(await statusOver('9p', tree))
  }
  printPairs({
    title: `git status over 800 files of a kernel tree (${parts.join(', ')})`,
    goal: { figure: 'wall', ratio: 0.5 },
    a: { label: '--share-as virtiofs', timings: virtiofs },
    b: { label: '--share-as 9p', timings: ninep },
  })
} finally {
  await rm(directory, { recursive: true, force: true })
}
