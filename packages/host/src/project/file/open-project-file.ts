import { dirname, relative, resolve } from 'node:path'
import { UserError, printable } from '@kernelkit/core/errors'
import type { BlockName } from '@kernelkit/core/options'
import type { Locator, ProjectFile, Reaching } from '@kernelkit/core/project'
import type { Host } from '../../host.ts'
import { foreignFile, hasConsent, isOwn, requireConsent, type ConsentSubject } from './consent.ts'

/** A kernelkit.yaml that was read. */
export interface OpenedProjectFile extends ConsentSubject {
  readonly file: ProjectFile
  /** What its paths are relative to. */
  readonly directory: string
  /** The directory as a function, with the files next to it that the block may name. */
  readonly locatorOf: (block: BlockName) => Promise<Locator>
  /** Throws PROJECT_NOT_TRUSTED when one of these reaches beyond the project and there is no consent to it. */
  readonly requireConsent: (reaching: readonly Reaching[]) => Promise<void>
  /** The user has consented to the file, or does so now. */
  readonly isTrusted: () => Promise<boolean>
}

export interface OpenOptions {
  /** `--trust-project`: the user consents now. */
  readonly trusted?: boolean
  /** A file that is not there is an empty one. */
  readonly mayLack?: boolean
}

/** What reading a project file asks of the machine. */
export type ProjectFileHost = Pick<Host, 'fs' | 'cwd' | 'uid' | 'env' | 'home' | 'sha256' | 'sha256File'>

/** Throws PROJECT_NOT_TRUSTED for another user's file, BAD_PROJECT_FILE with the place of what is not understood. */
export async function openProjectFile(
  host: ProjectFileHost,
  path: string,
  { trusted = false, mayLack = false }: OpenOptions = {},
): Promise<OpenedProjectFile> {
  const directory = dirname(path)
  const isThere = !mayLack || (await host.fs.exists(path))
  const subject: ConsentSubject = { path, text: isThere ? await readProjectText(host, path) : '' }
  const stranger = trusted || !isThere ? undefined : await strangerOf(host, path)
  if (stranger !== undefined && !(await hasConsent(host, subject))) throw foreignFile({ path, uid: stranger })
  // The YAML library takes a tenth of the command's start: only a project that has the file pays for it.
  const { parseProjectFile, unsureConfigs } = await import('@kernelkit/core/project/file')
  const name = relative(host.cwd, path)
  const file = parseProjectFile(subject.text, name)
  const at = (named: string) => resolve(directory, named) + (named.length > 1 && named.endsWith('/') ? '/' : '')
  const locatorOf = async (block: BlockName): Promise<Locator> => {
    const configs = unsureConfigs(file.blocks[block] ?? {})
    const found = new Set((await Promise.all(configs.map(async (one) => ((await host.fs.exists(at(one))) ? [one] : [])))).flat())
    return { at, hasConfig: (one) => found.has(one) }
  }
  return {
    ...subject,
    file,
    directory,
    locatorOf,
    requireConsent: async (reaching) => {
      if (!trusted) await requireConsent(host, { ...subject, name }, reaching)
    },
    isTrusted: async () => trusted || hasConsent(host, subject),
  }
}

/** Another user who could have written the file, or put another one in its place. */
async function strangerOf(host: ProjectFileHost, path: string): Promise<number | undefined> {
  const [link, target, directory] = await Promise.all([host.fs.lstat(path), host.fs.stat(path), host.fs.stat(dirname(path))])
  // A directory of root's, such as /tmp: root needs no file to act for you.
  if (directory.uid !== 0 && !isOwn(host, directory.uid)) return directory.uid
  return [link.uid, target.uid].find((uid) => !isOwn(host, uid))
}

// Some ten thousand tests; the time to read it grows with its size.
const largestBytes = 2 ** 20

async function readProjectText(host: Pick<Host, 'fs'>, path: string): Promise<string> {
  const refuse = (what: string, hint: string, cause?: unknown) =>
    new UserError('BAD_PROJECT_FILE', `${printable(path)} ${what}.`, { hint, details: { file: path }, cause })
  try {
    const { O_RDONLY, O_NONBLOCK } = host.fs.constants
    // A named pipe would be waited for without end.
    await using handle = await host.fs.open(path, O_RDONLY | O_NONBLOCK)
    const stat = await handle.stat()
    if (!stat.isFile()) throw new Error('it is not a regular file')
    if (stat.size > largestBytes)
      throw refuse(
        `has ${stat.size} bytes; at most ${largestBytes} are read`,
        'Split it: tests may be in files of their own, `kernelkit test FILE`.',
      )
    // Fatal: other bytes would become other words and paths.
    return new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile())
  } catch (cause) {
    if (cause instanceof UserError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw refuse(`cannot be read (${reason})`, 'Check that it is a regular file that you may read.', cause)
  }
}
