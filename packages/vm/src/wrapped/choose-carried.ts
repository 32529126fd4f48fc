import { dirname, isAbsolute, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { hostPathsIn } from '@kernelkit/core/wrapped'
import type { Host } from '@kernelkit/host'
import { isMounted, type Visibility } from '../resolve/masked-directories.ts'

/** What of this machine a wrapped program needs and its guest lacks. */
export interface CarriedFiles {
  /** Copied into the guest before the program starts, at the same path. */
  readonly into: readonly CarriedFile[]
  /** Files that an argument names, copied back when the program has ended and the guest has one of that name. */
  readonly back: readonly string[]
}

export interface CarriedFile {
  readonly kind: 'file' | 'directory'
  readonly path: string
  /** Permission bits. */
  readonly mode: number
}

// Directories that begin empty in every guest, and those that every root file system has of its own.
const emptyDirectory = /^\/(?:tmp|run|dev\/shm)\/./
const systemDirectory = /^\/(?:usr|bin|sbin|lib\w*|etc|opt)\//

/**
 * Files and directories in the words of a wrapped command that the guest does not see: those below /tmp, /run and /dev/shm, and the
 * program itself where the root is not this machine's. Throws `PROGRAM_MISSING` when this machine's program is gone.
 */
export async function chooseCarried(host: Pick<Host, 'fs' | 'cwd'>, argv: readonly string[], guest: Visibility): Promise<CarriedFiles> {
  const [word = '', ...rest] = argv
  const program = word.includes('/') ? resolve(host.cwd, word) : undefined
  const isOwn = program !== undefined && (!isAbsolute(word) || emptyDirectory.test(program) || program.startsWith(`${host.cwd}/`))
  if (program !== undefined && isOwn && !(await host.fs.exists(program))) throw missing(program)
  const isSeen = (path: string) => isMounted(path, guest) || !emptyDirectory.test(path)
  const into: CarriedFile[] = []
  const back: string[] = []
  for (const path of hostPathsIn(rest)) {
    if (isSeen(path) || path === program) continue
    const found = await look(host, path)
    if (found !== undefined) into.push(found)
    if (found?.kind === 'file' || (found === undefined && (await host.fs.exists(dirname(path))))) back.push(path)
  }
  if (program !== undefined && isHiddenProgram(program, guest)) {
    const found = await look(host, program)
    if (found?.kind === 'file') into.unshift(found)
  }
  return { into, back }
}

function isHiddenProgram(program: string, guest: Visibility): boolean {
  if (isMounted(program, guest)) return false
  return guest.root.kind === 'host' ? emptyDirectory.test(program) : !systemDirectory.test(program)
}

async function look(host: Pick<Host, 'fs'>, path: string): Promise<CarriedFile | undefined> {
  const stat = await host.fs.stat(path).catch(() => undefined)
  const kind = stat?.isFile() === true ? 'file' : stat?.isDirectory() === true ? 'directory' : undefined
  return stat === undefined || kind === undefined ? undefined : { kind, path, mode: stat.mode & 0o777 }
}

function missing(program: string): UserError {
  return new UserError('PROGRAM_MISSING', `the program ${program} does not exist on this machine.`, {
    hint: 'Build it again: the test runner named a program that was removed or never made.',
    details: { path: program },
  })
}
