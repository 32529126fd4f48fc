import type { Readable } from 'node:stream'
import { UserError, message, option } from '@kernelkit/core/errors'
import { parseCarriedFiles } from '@kernelkit/core/wrapped'
import type { Host } from '@kernelkit/host'
import { collectOutput } from '../process/collect-output.ts'
import type { Vm } from '../vm.ts'
import type { CarriedFile, CarriedFiles } from './choose-carried.ts'

interface Guest {
  readonly host: Pick<Host, 'fs' | 'run' | 'spawn' | 'log'>
  readonly vm: Pick<Vm, 'exec'>
  readonly user: string | undefined
  readonly signal: AbortSignal
}

/** What came into the guest: path and inode number, as the guest's `ls -di` prints it; only that is removed. */
type Placed = readonly (readonly [path: string, inode: string])[]

// Written under another name and renamed: a program that runs already cannot be written to (ETXTBSY, execve(2)).
const takeFile = 'umask 077; mkdir -p "${1%/*}" && cat >"$1.$$" && chmod "$2" "$1.$$" && mv -f "$1.$$" "$1" && ls -di "$1"'
const takeDirectory =
  '[ -d "$1" ] && old=1; umask 077; mkdir -p "$1" && tar -xf - -C "$1" && chmod "$2" "$1" || exit; [ -n "$old" ] || ls -di "$1"'
const makeParent = 'umask 077; for f; do mkdir -p "${f%/*}" || exit; done'
const giveBack = `n=$1; shift; i=0
while [ "$i" -lt "$n" ]; do
  if [ -f "$1" ]; then s=$(wc -c <"$1"); echo "$i" $s; cat "$1"; fi
  i=$((i + 1)); shift
done
while [ $# -gt 1 ]; do
  s=$(ls -di "$1" 2>/dev/null)
  [ "\${s%%/*}" != "$2" ] || rm -rf "$1"
  shift 2
done`

/** Copies files and directories into the guest. Throws `NOT_CARRIED` when the guest cannot take one. */
export async function carryIn(guest: Guest, files: CarriedFiles): Promise<Placed> {
  const placed: [string, string][] = []
  for (const file of files.into) {
    const inode = await take(guest, file)
    if (inode !== '') placed.push([file.path, inode.slice(0, inode.indexOf('/'))])
  }
  const made = files.back.filter((path) => !files.into.some((file) => file.path === path))
  if (made.length > 0) await inGuest(guest, { script: makeParent, words: made, what: made.join(', ') })
  return placed
}

async function take(guest: Guest, { kind, path, mode }: CarriedFile): Promise<string> {
  const words = [path, mode.toString(8)]
  if (kind === 'file') {
    const stdin = guest.host.fs.createReadStream(path)
    return (await inGuest(guest, { script: takeFile, words, what: path, stdin })).toString()
  }
  return (await inGuest(guest, { script: takeDirectory, words, what: path, stdin: await archiveOf(guest.host, path) })).toString()
}

// A directory that a test names holds its inputs; what is larger is shared.
const mostArchiveBytes = 256 * 2 ** 20

async function archiveOf(host: Guest['host'], path: string): Promise<Readable> {
  const size = Number.parseInt((await host.run(['du', '-sk', path])).stdout, 10) * 1024
  if (size > mostArchiveBytes) throw notCarried(path, `it holds ${Math.round(size / 2 ** 20)} MiB, more than ${mostArchiveBytes / 2 ** 20}`)
  const { stdout } = host.spawn(['tar', '-C', path, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'ignore'] })
  if (stdout === null) throw new TypeError('a pipe')
  return stdout
}

// As much as a log of a run (--log-limit).
const mostReturnedBytes = 2 ** 30

/**
 * Copies the named files back to this machine and removes what was copied in. What the guest sends is data: only files that were named are written.
 * Throws `NOT_CARRIED` when the guest cannot do it: its file system may have failed under the program.
 */
export async function carryOut(guest: Guest, files: CarriedFiles, placed: Placed): Promise<void> {
  if (files.back.length === 0 && placed.length === 0) return
  const words = [String(files.back.length), ...files.back, ...placed.flat()]
  const bytes = await runScript(guest, { script: giveBack, words }, (why) => notBack(files.back, why))
  for (const { index, content } of parseCarriedFiles(bytes, files.back.length)) {
    const path = files.back[index]
    if (path !== undefined) await writeNamed(guest.host, path, content)
  }
}

/** Writes a file that an argument names; a link there is not followed, and an unchanged file is left alone. */
async function writeNamed({ fs, log }: Guest['host'], path: string, content: Uint8Array): Promise<void> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = fs.constants
  try {
    await using file = await fs.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o644)
    if (!(await file.stat()).isFile() || Buffer.compare(await file.readFile(), content) === 0) return
    await file.truncate(0)
    await file.write(content, 0, content.length, 0)
  } catch (error) {
    log.warn(`${path} was written in the guest, but cannot be written here: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function inGuest(guest: Guest, { what, ...script }: Script & { readonly what: string }): Promise<Buffer> {
  return runScript(guest, script, (why) => notCarried(what, why))
}

interface Script {
  readonly script: string
  readonly words: readonly string[]
  readonly stdin?: Readable
}

async function runScript(
  { vm, user, signal }: Guest,
  { script, words, stdin }: Script,
  failure: (why: string) => UserError,
): Promise<Buffer> {
  const output = collectOutput({ limitBytes: mostReturnedBytes })
  const argv = ['/bin/sh', '-c', script, 'sh', ...words]
  const { exitCode } = await vm.exec({ argv, cwd: '/', user, stdin, stdout: output.stdout, stderr: output.stderr, signal }).result
  if (exitCode !== 0) throw failure(`${output.texts().stderr.trim().slice(-500)} (status ${exitCode})`)
  return Buffer.from(output.bytes().stdout)
}

function notCarried(path: string, why: string): UserError {
  return new UserError('NOT_CARRIED', message`${path} cannot be copied into the guest: ${why}.`, {
    hint: message`Start the VM with a directory that holds it: ${option('share', 'DIR')}.`,
    details: { path },
  })
}

function notBack(paths: readonly string[], why: string): UserError {
  const what = paths.length === 0 ? 'what was copied into the guest cannot be removed there' : `${paths.join(', ')} cannot be copied back`
  return new UserError('NOT_CARRIED', `${what}: ${why}.`, {
    hint: 'The guest runs nothing any more, or its file system has failed: read its console.',
  })
}
