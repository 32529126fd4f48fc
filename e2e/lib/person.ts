import { chown, copyFile, lchown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { startProgram, testArtifacts, type CommandOptions, type CommandResult, type RunningProcess } from './kernelkit.ts'
import { asOrdinaryUser, isRoot, ordinaryUser } from './ordinary-user.ts'
import { kernelkitBin } from './paths.ts'

const { kernel, store } = testArtifacts()

/** A user of this host who owns a home and a working directory, and may read a kernel and a store. */
export interface Person {
  readonly uid: number
  /** Not below /tmp, which is hidden from guests anyway. */
  readonly home: string
  /** Where commands run, below the home. */
  readonly cwd: string
  readonly kernel: string
  /** Makes a file or link theirs that the test has made. */
  own(path: string): Promise<void>
  start(args: readonly string[], options?: Pick<CommandOptions, 'env' | 'timeoutMs' | 'input'>): RunningProcess
  run(args: readonly string[], options?: Pick<CommandOptions, 'env' | 'timeoutMs' | 'input'>): Promise<CommandResult>
}

/** Rows for `describe.each`: root where the tests run as root, and an ordinary user without an account, as in many containers. */
export const people: readonly (readonly [who: string, uid: number])[] = [
  ...(isRoot ? ([['root', 0]] as const) : []),
  ['an ordinary user', ordinaryUser.uid],
]

const directories: string[] = []
afterAll(async () => {
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })))
})

/** Files and directories of these names in the home; a name that ends with a slash is a directory. Removed after the tests of the file. */
export async function makePerson(uid: number, files: Readonly<Record<string, string>> = {}): Promise<Person> {
  const home = await mkdtemp('/var/tmp/kernelkit-hostile-')
  // Not in the home either, which a test lets the guest write to.
  const ownStore = await mkdtemp('/var/tmp/kernelkit-hostile-store-')
  directories.push(home, ownStore)
  const cwd = join(home, 'src')
  await mkdir(cwd)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true })
    await writeFile(join(home, name), content)
  }
  const isOther = uid !== process.getuid?.()
  if (isOther) {
    await mkdir(join(home, 'kernel'))
    for (const name of await readdir(dirname(kernel)))
      if (['bzImage', '.config', 'manifest.json'].includes(name)) await copyFile(join(dirname(kernel), name), join(home, 'kernel', name))
    await ownAll(home, uid)
    await ownAll(ownStore, uid)
  }
  const env = { HOME: home, KERNELKIT_CACHE_DIR: isOther ? ownStore : store, XDG_RUNTIME_DIR: undefined }
  const start: Person['start'] = (args, options = {}) => {
    const [program = '', ...words] = [...(isOther ? asOrdinaryUser : []), process.execPath, kernelkitBin, ...args]
    return startProgram([program, ...words], { ...options, cwd, env: { ...env, ...options.env } })
  }
  const own = async (path: string): Promise<void> => (isOther ? lchown(path, uid, uid) : undefined)
  return {
    uid,
    home,
    own,
    cwd,
    kernel: isOther ? join(home, 'kernel') : kernel,
    start,
    run: (args, options) => start(args, options).result,
  }
}

async function ownAll(path: string, uid: number): Promise<void> {
  await chown(path, uid, uid)
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true }))
    await chown(join(entry.parentPath, entry.name), uid, uid)
}
