import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError, command, message, option, type Message } from '@kernelkit/core/errors'
import { packageOfProgram } from '../requirements/requirement-lists.ts'
import { findProgram } from './find-program.ts'

/** How Node, the C library and git word it. */
const noSpaceText = /No space left on device|Disk quota exceeded|Out of diskspace/
/** `cp: error writing '/store/file': No space left on device`: the file that had no room is the last one named. */
const fullFile = new RegExp(`'(/[^'\\n]+)'[^'\\n]*(?:${noSpaceText.source})`)

/** A program that ended because the disk is full: its error is that, and not what the program could not do. */
export function refuseFullDisk(stderr: string): void {
  if (noSpaceText.test(stderr)) throw Object.assign(new Error(stderr.trim()), { code: 'ENOSPC' })
}

/**
 * The one place where errors of the operating system become errors for people: a full disk, a
 * read-only file system, a file in place of a directory. Anything else is returned unchanged.
 */
export function explainSystemError(error: unknown, place?: string): unknown {
  const codes = chain(error).map((link) => (link as NodeJS.ErrnoException).code)
  const path = pathOf(error) ?? fullFileOf(error) ?? place
  const at = path === undefined ? '' : ` at ${path}`
  if (error instanceof UserError && error.code !== 'COMMAND_FAILED') return error
  const program = unknownProgram(error)
  if (program !== undefined) return commandNotFound(program, { cause: error })
  if (codes.some((code) => code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') || chain(error).some(mentionsFullDisk)) {
    const [list, prune] = [command('kernelkit cache ls'), command('kernelkit cache prune')]
    return new UserError(
      'DISK_FULL',
      message`no space is left${at}.${error instanceof UserError ? message`\n${error.parts.message}` : ''}`,
      {
        hint: message`Free space (${prune}; ${list} shows what is there), or choose another directory with ${option('cache-dir')}.`,
        cause: error,
      },
    )
  }
  if (error instanceof UserError) return error
  if (codes.includes('EIO')) {
    return new UserError('IO_ERROR', `the operating system cannot read or write${at} (${reasonOf(error)}).`, {
      hint: 'Read the log of the kernel of this machine (`dmesg`): a disk, or the connection to it, has failed.',
      cause: error,
    })
  }
  const refused = deniedProgram(error)
  if (refused !== undefined) {
    return new UserError(
      'ACCESS_DENIED',
      `'${refused}' cannot be started: this user may not execute it, or not enter the working directory.`,
      {
        hint: 'Fix the permissions, or change to another directory.',
        cause: error,
      },
    )
  }
  if (codes.includes('EROFS') || codes.includes('EACCES') || codes.includes('EPERM')) {
    return new UserError('ACCESS_DENIED', `the operating system denies access${at} (${reasonOf(error)}).`, {
      hint: message`Choose another directory (${option('cache-dir')}, ${option('out')}), or fix the permissions.`,
      cause: error,
    })
  }
  if (codes.includes('ENOTDIR') || codes.includes('EEXIST')) {
    return new UserError('NOT_A_DIRECTORY', `a directory is needed${at}, but it or one of its parents is a file (${reasonOf(error)}).`, {
      hint: message`Choose another directory (${option('out')}, ${option('cache-dir')}), or move the file away.`,
      cause: error,
    })
  }
  return error
}

/** Run `work`; {@link explainSystemError} explains what it throws. */
export async function explaining<T>(place: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explainSystemError(error, place)
  }
}

export interface NotFound {
  readonly cause: unknown
  /** The program's own directory, which may be what is missing. */
  readonly cwd?: string | undefined
  /** Debian package that holds it, when the caller knows better. */
  readonly package?: string | undefined
}

/** A program that was to be started and is not on PATH: says where it is although PATH does not, else which package brings it. */
export function commandNotFound(program: string, { cause, cwd, package: known }: NotFound): UserError {
  if (cwd !== undefined && !existsSync(cwd)) {
    return new UserError('FILE_NOT_FOUND', `the directory ${cwd}, in which '${program}' should run, does not exist.`, {
      hint: 'Make it, or change to another one.',
      cause,
      details: { program, directory: cwd },
    })
  }
  const elsewhere = program.includes('/') ? undefined : findProgram(program, '/usr/local/bin:/usr/bin:/bin')
  const debianPackage = known ?? packageOfProgram(program)
  const hint =
    elsewhere !== undefined
      ? `Add ${dirname(elsewhere)} to PATH: it is there.`
      : debianPackage !== undefined
        ? `Run \`apt-get install ${debianPackage}\` as root.`
        : message`Install it, or run ${command('kernelkit doctor')}.`
  return new UserError('COMMAND_NOT_FOUND', `'${program}' is not on PATH.`, {
    hint,
    cause,
    details: { program, package: debianPackage ?? null },
  })
}

/** Node's error of a program that is nowhere on PATH: `spawn mkfifo ENOENT`. */
function unknownProgram(error: unknown): string | undefined {
  const { code, syscall, path } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'ENOENT' && syscall?.startsWith('spawn ') === true ? path : undefined
}

/** `spawn mkfifo EACCES`: of the program, or of the directory that it would run in. */
function deniedProgram(error: unknown): string | undefined {
  const { code, syscall, path } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'EACCES' && syscall?.startsWith('spawn ') === true ? path : undefined
}

function chain(error: unknown): Error[] {
  const links: Error[] = []
  for (let link = error; link instanceof Error && links.length < 10; link = link.cause) links.push(link)
  return links
}

function mentionsFullDisk(link: Error): boolean {
  return noSpaceText.test(textOf(link))
}

/** What a program says that it could not write: the place that was asked for may be another disk's. */
function fullFileOf(error: unknown): string | undefined {
  for (const link of chain(error)) {
    const path = fullFile.exec(textOf(link))?.[1]
    if (path !== undefined) return path
  }
  return undefined
}

/** Of an error of ours, the program's output counts, not our message. */
function textOf(link: Error): string {
  const text = link instanceof UserError ? link.details['output'] : link.message
  return typeof text === 'string' ? text : ''
}

function pathOf(error: unknown): string | undefined {
  for (const link of chain(error)) {
    const { path, dest } = link as NodeJS.ErrnoException & { dest?: string }
    if (typeof dest === 'string') return dest
    if (typeof path === 'string') return path
  }
  return undefined
}

function reasonOf(error: unknown): string {
  return chain(error)[0]?.message ?? String(error)
}

/** How much of a program's output an error carries. */
const errorLines = 40

/** The hint of an error whose message ends with the last lines of a program. */
export const readLastLines: Message = message`Read the last lines; ${option('verbose')} shows all of them.`

/** The end of a program's output, for an error message. */
export function lastLines(output: string | readonly string[], count: number = errorLines): string {
  const lines = typeof output === 'string' ? output.trimEnd().split('\n') : output
  return lines.slice(-count).join('\n')
}
