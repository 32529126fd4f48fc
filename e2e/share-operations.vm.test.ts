import { execFileSync } from 'node:child_process'
import { chmod, chown, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startProgram, testArtifacts } from './lib/kernelkit.ts'
import { asOrdinaryUser, isRoot, ordinaryEnvironment, ordinaryUser, whyUnreadable } from './lib/ordinary-user.ts'
import { kernelkitBin } from './lib/paths.ts'

/** Not below /tmp: the guest has its own. */
let scratch = ''
let kernel = ''
const directory = (name: string): string => join(scratch, name)

beforeAll(async () => {
  scratch = await mkdtemp('/var/tmp/kernelkit-operations-')
  await chmod(scratch, 0o755)
  for (const name of ['rw', 'rw-root', 'cow', 'work', 'home', 'program']) {
    await mkdir(directory(name))
    await chown(directory(name), ordinaryUser.uid, ordinaryUser.gid)
  }
  kernel = directory('bzImage')
  await copyFile(testArtifacts().kernel, kernel)
  await copyFile(join(dirname(testArtifacts().kernel), '.config'), directory('.config'))
  for (const path of [kernel, directory('.config')]) await chmod(path, 0o644)
  const source = join(import.meta.dirname, 'share-operations/operations.c')
  execFileSync('gcc', ['-static', '-O2', '-Wall', '-Wextra', '-Werror', '-o', directory('program/operations'), source])
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const unreadable = whyUnreadable()
beforeEach(({ skip }) => skip(unreadable !== undefined, unreadable))

type Answers = ReadonlyMap<string, string>

/** What each operation answers in each of these directories of one guest. */
async function answersIn(places: readonly string[], become: readonly string[], shares: readonly string[]): Promise<readonly Answers[]> {
  const script = places.map((place) => `/mnt/program/operations ${place}; echo`).join('; ')
  const all = [...shares, `${directory('program')}:/mnt/program:ro`].flatMap((share) => ['-v', share])
  const words = ['run', '-k', kernel, '--root', 'host', ...all, '--', 'sh', '-c', script]
  const [program = '', ...args] = [...become, process.execPath, kernelkitBin, ...words]
  const env = { ...ordinaryEnvironment, HOME: directory('home') }
  const { exitCode, stdout, stderr } = await startProgram([program, ...args], { cwd: directory('work'), env }).result
  if (exitCode !== 0) throw new Error(stderr)
  const blocks = stdout.trimEnd().split('\n\n')
  return blocks.map((block) => new Map(block.split('\n').map((line) => line.split('\t') as [string, string])))
}

const missing = (answers: Answers) => [...answers].flatMap(([name, answer]) => (answer === 'yes' ? [] : [name]))

describe('operations on files of shared directories', () => {
  let [rw, cow, work]: readonly Answers[] = []
  beforeAll(async () => {
    if (unreadable !== undefined) return
    const shares = [`${directory('rw')}:/mnt/rw:rw`, `${directory('cow')}:/mnt/cow:cow`]
    ;[rw, cow, work] = await answersIn(['/mnt/rw', '/mnt/cow', '.'], asOrdinaryUser, shares)
  })

  it('work in the working directory and with cow, but for overlays of overlays', () => {
    expect(cow?.size).toBeGreaterThan(55)
    expect(missing(cow ?? new Map())).toEqual(['upper directory of an overlay'])
    expect(work).toEqual(cow)
  })

  // Newer ones refuse special files (CVE-2023-2861), and the distributions' 7.2 does: the table is of that one.
  const version = execFileSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' })
  it('are listed in docs/vm.md: `npm run docs` takes them from here', async ({ skip }) => {
    skip(!isRoot || !/ 7\.2\./.test(version), 'the table compares root with another user, under QEMU 7.2')
    const [byRoot] = await answersIn(['/mnt/rw'], [], [`${directory('rw-root')}:/mnt/rw:rw`])
    const mark = (answers: Answers | undefined, name: string) => (answers?.get(name) === 'yes' ? 'yes' : '**no**')
    const rows = [...(rw ?? [])].map(([name]) => `| ${name} | ${mark(cow, name)} | ${mark(rw, name)} | ${mark(byRoot, name)} |`)
    const head = ['| operation | `cow`, working directory | `rw` | `rw`, kernelkit run by root |', '|---|---|---|---|']
    await expect(`${[...head, ...rows].join('\n')}\n`).toMatchFileSnapshot('share-operations/table.md')
  })
})

it('a command that fails on a share to which it writes is shown the mode that has the operation', async () => {
  const share = `${directory('rw')}:/mnt/rw:rw`
  const words = ['run', '-k', kernel, '--root', 'host', '-v', share, '--', 'mkfifo', '/mnt/rw/pipe']
  const env = { ...ordinaryEnvironment, HOME: directory('home') }
  const [program = '', ...args] = [...asOrdinaryUser, process.execPath, kernelkitBin, ...words]
  const { exitCode, stderr } = await startProgram([program, ...args], { cwd: directory('work'), env }).result
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`/mnt/rw (rw) lacks fifos, sockets, device nodes`)
  expect(stderr).toContain(`--share ${directory('rw')}:/mnt/rw:cow has them`)
})
