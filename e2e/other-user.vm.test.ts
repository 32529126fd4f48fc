import { chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync, spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startProgram, testArtifacts } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'

const isRoot = process.getuid?.() === 0
const uid = isRoot ? 65534 : (process.getuid?.() ?? -1)
/** In front of a command: not as root. */
const asUser = isRoot ? ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'] : []

it('run on a terminal, as a user who is not root and has a blank in HOME, lets make work on a writable share of a git tree without a warning', async ({
  skip,
}) => {
  const base = mkdtempSync(join(tmpdir(), 'kernelkit-user-'))
  const home = join(base, 'a b')
  const tree = join(home, 'my tree')
  const store = `/var/tmp/kernelkit-${uid}`
  const hadStore = existsSync(store)
  onTestFinished(() => {
    for (const path of [base, ...(isRoot ? [`/tmp/kernelkit-${uid}`] : []), ...(hadStore ? [] : [store])])
      rmSync(path, { recursive: true, force: true })
  })
  mkdirSync(join(base, 'kernel'), { recursive: true })
  mkdirSync(tree, { recursive: true })
  // The store of the tests may be where only root can look.
  const { kernel } = testArtifacts()
  for (const name of ['.config', 'bzImage']) copyFileSync(join(dirname(kernel), name), join(base, 'kernel', name))
  writeFileSync(join(tree, 'Makefile'), 'out: in\n\tcp in out\n')
  execFileSync('git', ['init', '-q', tree])
  if (isRoot) {
    execFileSync('chown', ['-R', `${uid}:${uid}`, home])
    execFileSync('chmod', ['-R', 'a+rX', join(base, 'kernel')])
    chownSync(base, uid, uid)
  }
  const quoted = (words: readonly string[]) => [...asUser, process.execPath, kernelkitBin, ...words].map((word) => `'${word}'`).join(' ')
  skip(spawnSync('sh', ['-c', quoted(['--version'])]).status !== 0, `uid ${uid} cannot read this checkout`)
  const script = 'set -e; echo 1 > in; make; echo 2 > in; make; make; cat out'
  const command = ['run', '-k', join(base, 'kernel'), '--root', 'host', '-v', `.:${tree}:rw`, '--', 'sh', '-c', script]
  const { result } = startProgram(['script', '-qefc', quoted(command), '/dev/null'], {
    cwd: tree,
    env: { HOME: home, XDG_CACHE_HOME: undefined, XDG_RUNTIME_DIR: undefined, KERNELKIT_CACHE_DIR: undefined },
    timeoutMs: 9 * 60_000,
  })
  const { exitCode, stdout } = await result
  expect(stdout).toMatch(/verdict=pass exit=0/)
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/cp in out\r\ncp in out\r\nmake: 'out' is up to date\.\r\n2\r\n/)
  expect(stdout).not.toMatch(/warning|skew|in the future/i)
  expect(readFileSync(join(tree, 'out'), 'utf8')).toBe('2\n')
  expect(existsSync(store)).toBe(true)
})
