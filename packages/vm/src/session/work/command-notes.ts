import { dirname, isAbsolute, resolve } from 'node:path'
import { UserError, command, message, option, type Message } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/shell'
import type { Host } from '@kernelkit/host'
import { hiddenBy } from '../../resolve/masked-directories.ts'
import type { VmPlan } from '../../resolve/plan-vm.ts'
import { shellLineOf } from './command-words.ts'

type Plan = Pick<VmPlan, 'root' | 'shares'> & { readonly vm: Pick<VmPlan['vm'], 'cwd' | 'shareCwd'> }
type Machine = Pick<Host, 'fs' | 'cwd'>

/** Directories that begin empty in every guest: what this host has there cannot be in it. */
const emptyDirectories = ['/tmp', '/run', '/dev/shm'] as const

function emptyDirectoryOf(path: string): string | undefined {
  return emptyDirectories.find((directory) => path.startsWith(`${directory}/`))
}

/** The empty directory of the guest that hides a file of this host. */
async function hidingPlace(host: Machine, plan: Plan, path: string): Promise<string | undefined> {
  const place = emptyDirectoryOf(path)
  const isHidden = place !== undefined && hiddenBy(path, plan) !== undefined
  return isHidden && (await host.fs.exists(path)) ? place : undefined
}

/** A program that cannot be in the guest is refused before anything starts. Throws `COMMAND_HIDDEN` with the share that shows it. */
export async function refuseHiddenProgram(host: Machine, plan: Plan, [program = '']: readonly string[]): Promise<void> {
  if (!program.includes('/')) return
  const path = isAbsolute(program) || (plan.vm.cwd === undefined && plan.vm.shareCwd) ? resolve(host.cwd, program) : undefined
  const place = path === undefined ? undefined : await hidingPlace(host, plan, path)
  if (path === undefined || place === undefined) return
  throw new UserError('COMMAND_HIDDEN', `${program} is a file of this host: ${place} is the guest's own, and empty when it starts.`, {
    hint: showWith(path),
    details: { path, directory: place },
  })
}

/** Of a command that failed: files of this host in its words that it could not see. */
export async function hiddenFiles(
  host: Machine,
  plan: Plan,
  { argv, exitCode }: { readonly argv: readonly string[]; readonly exitCode: number },
): Promise<readonly Message[]> {
  // Also inside `--option=/tmp/file` and the line of a shell.
  const words = new Set(argv.flatMap((word) => word.match(/(?<![^\s"'=:;&|<>(])\/[^\s"'=:;&|<>()]+/g) ?? []))
  const notes: Message[] = []
  for (const path of words) {
    const place = await hidingPlace(host, plan, path)
    if (place !== undefined) notes.push(message`${path} is a file of this host: ${place} is the guest's own. ${showWith(path)}`)
  }
  const [program = ''] = argv
  // 127: there is no such program (POSIX.1-2024, XCU 2.8.2).
  const isMissing = exitCode === 127 && isAbsolute(program) && plan.root.kind !== 'host' && !isShared(program, plan)
  if (isMissing && (await host.fs.exists(program)))
    notes.push(message`${program} is a file of this host, which the guest does not see. ${showWith(program)}`)
  return notes
}

/** Of a shell that could not start its first word (126, 127): the whole line, one word with blanks, is the name of a file. */
export async function fileAsLine(
  host: Machine,
  { argv, exitCode }: { readonly argv: readonly string[]; readonly exitCode: number },
): Promise<readonly Message[]> {
  const line = shellLineOf(argv)
  if (line === undefined || (exitCode !== 127 && exitCode !== 126) || !(await host.fs.exists(resolve(host.cwd, line)))) return []
  const words = quoteArgv(['env', line])
  return [
    message`'${line}' is a file of this host, and one word with blanks is a line for a shell: run it with ${command(`kernelkit run -- ${words}`, { action: `\`${words}\`` })}.`,
  ]
}

function isShared(path: string, { shares }: Plan): boolean {
  return shares.mounts.some(({ at }) => path.startsWith(`${at}/`))
}

function showWith(path: string): Message {
  return message`Show it to the guest with ${option('share', dirname(path))}.`
}

/** Directories of the host that the guest writes to, those of the user. */
function writableShares({ shares }: Plan): readonly { readonly host: string; readonly at: string }[] {
  return shares.mounts.flatMap(({ mode, at, tag }, index) => {
    const share = shares.shares[index]
    return mode === 'rw' && tag.startsWith('share') && share !== undefined ? [{ host: share.host, at }] : []
  })
}

// What programs print for EPERM, EINVAL, ENXIO, EOPNOTSUPP (errno(3)); those of a file that was removed look like any missing file.
const unsupported =
  /Operation not (?:permitted|supported)|Invalid argument|No such device or address|\b(?:EPERM|EINVAL|ENXIO|EOPNOTSUPP|ENOTSUP)\b/

/** Of a command that failed: that a directory which it writes to may lack what it tried. `seen` is the end of its stderr. */
export function missingOperations(plan: Plan, seen: string): readonly Message[] {
  if (!unsupported.test(seen)) return []
  return writableShares(plan).map(
    ({ host, at }) =>
      message`${at} (rw) lacks fifos, sockets, device nodes and other operations of a file system (docs/vm.md). ${option('share', `${host}:${at}:cow`)} has them, and keeps changes in guest memory.`,
  )
}
