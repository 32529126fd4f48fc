import { dirname, join, relative, resolve } from 'node:path'
import { UserError, command, message, option, printable } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/shell'
import type { Reaching } from '@kernelkit/core/project'
import type { Host } from '../../host.ts'
import { realPlace } from '../../files/out-path.ts'
import { defaultStoreRoot } from '../../store/open-store.ts'

/** What consent is given to: a project file where it is, with this content. */
export interface ConsentSubject {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

type ConsentHost = Pick<Host, 'fs' | 'env' | 'home' | 'cwd' | 'uid' | 'sha256' | 'sha256File'>

/** What was consented to; the programs are compared when they are about to run. */
interface Consent {
  readonly file: string
  /** SHA-256 of each program that the file names, and of files in the project that it or their first lines name, by path; null for one that did not exist. */
  readonly programs: Readonly<Record<string, string | null>>
}

/** Keeps the user's consent to the file and the programs that it names. Returns the file that says so. */
export async function giveConsent(host: ConsentHost, subject: ConsentSubject, reaching: readonly Reaching[]): Promise<string> {
  const path = consentPath(host, subject)
  const consent: Consent = { file: subject.path, programs: await programSums(host, subject, reaching) }
  await host.fs.mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await host.fs.writeAtomic(path, `${JSON.stringify(consent, undefined, 2)}\n`, 0o600)
  return path
}

/** Whether the user has consented to the file as it is, and to the programs among `reaching` as they are. */
export async function hasConsent(host: ConsentHost, subject: ConsentSubject, reaching: readonly Reaching[] = []): Promise<boolean> {
  const consent = await readConsent(host, consentPath(host, subject))
  if (consent === undefined) return false
  const sums = await programSums(host, subject, reaching)
  return Object.entries(sums).every(([path, sum]) => consent.programs[path] === sum)
}

/** Whether a file of this owner is the user's own. As git has it: also that of the user who called sudo. */
export function isOwn(host: Pick<Host, 'uid' | 'env'>, uid: number): boolean {
  if (uid === host.uid) return true
  const { SUDO_UID: caller = '' } = host.env
  return host.uid === 0 && /^\d+$/.test(caller) && Number(caller) === uid
}

/** Those that do reach beyond the project of this directory: what is inside, and what the store holds, needs no consent. */
export async function beyondProject(
  host: Pick<Host, 'fs' | 'env' | 'home' | 'cwd' | 'uid'>,
  directory: string,
  reaching: readonly Reaching[],
): Promise<readonly Reaching[]> {
  if (reaching.every(({ target }) => target === undefined)) return reaching
  const [project, store] = await Promise.all([directory, defaultStoreRoot(host)].map((path) => realPlace(host, path)))
  const isBelow = (path: string, top: string | undefined) => top !== undefined && !relative(top, path).split('/').includes('..')
  const kept = await Promise.all(
    reaching.map(async (one) => {
      if (one.target === undefined) return [one]
      const path = await realPlace(host, one.target.path)
      if (one.target.how === 'reads') return isBelow(path, project) || isBelow(path, store) ? [] : [one]
      // git runs what its configuration and its hooks say.
      const isGits =
        relative(project ?? '/', path)
          .split('/')
          .includes('.git') || (await host.fs.exists(join(path, '.git')))
      return isBelow(path, project) && !isGits ? [] : [one]
    }),
  )
  return kept.flat()
}

/** Throws PROJECT_NOT_TRUSTED unless nothing reaches beyond the project, or the user has consented to it. */
export async function requireConsent(
  host: ConsentHost,
  subject: ConsentSubject & { readonly name: string },
  reaching: readonly Reaching[],
): Promise<void> {
  const beyond = await beyondProject(host, dirname(subject.path), reaching)
  if (beyond.length === 0 || (await hasConsent(host, subject, beyond))) return
  throw new UserError(
    'PROJECT_NOT_TRUSTED',
    `${printable(subject.name)} reaches beyond its project, and you have not consented to this content:\n${renderReaching(beyond).join('\n')}`,
    { hint: howToConsent(subject.path), details: { file: subject.path, keys: inOrder(beyond).map(reachingDocument) } },
  )
}

/** The file belongs to another user. */
export function foreignFile({ path, uid }: { readonly path: string; readonly uid: number }): UserError {
  return new UserError('PROJECT_NOT_TRUSTED', `${printable(path)} belongs to uid ${uid}, not to you: it is not read.`, {
    hint: howToConsent(path),
    details: { file: path, uid },
  })
}

function howToConsent(path: string) {
  const words = quoteArgv(['kernelkit', 'trust', path])
  return message`Read the file. Consent to it with ${command(printable(words), { action: 'the input `trust-project: true`' })}, or this once with ${option('trust-project')}.`
}

/** One line for each value: its place, what it is and what it does; then what consent to programs does not cover. */
export function renderReaching(reaching: readonly Reaching[]): readonly string[] {
  const lines = inOrder(reaching).map(
    ({ place, value, does }) => `  ${printable(place.file)}:${place.line}:${place.column}: \`${place.key}: ${printable(value)}\` ${does}`,
  )
  const hasPrograms = reaching.some(({ program, words }) => program !== undefined || words !== undefined)
  return hasPrograms ? [...lines, `  ${limitOfConsent}`] : lines
}

const limitOfConsent = 'Consent is to the content of the files named here, not to what they read or start: look at that, too.'

/** As the file has them. */
function inOrder(reaching: readonly Reaching[]): readonly Reaching[] {
  return reaching.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
}

/** As JSON documents have it. */
export function reachingDocument({ place, value, does }: Reaching): Readonly<Record<string, unknown>> {
  return { key: place.key, line: place.line, column: place.column, value, does }
}

/** By digest: another content, or the same elsewhere, is another consent. */
function consentPath(host: Pick<Host, 'env' | 'home' | 'sha256'>, { path, text }: ConsentSubject): string {
  const { XDG_CONFIG_HOME: configured = '' } = host.env
  // A relative one is invalid (XDG Base Directory Specification).
  const directory = configured.startsWith('/') ? configured : join(host.home, '.config')
  return join(directory, 'kernelkit', 'trusted', `${host.sha256(`${path}\0${text}`)}.json`)
}

async function readConsent(host: Pick<Host, 'fs' | 'uid' | 'env'>, path: string): Promise<Consent | undefined> {
  try {
    const stat = await host.fs.lstat(path)
    if (!stat.isFile() || !isOwn(host, stat.uid)) return undefined
    // Written by giveConsent alone, as the check shows.
    return JSON.parse(await host.fs.readFile(path, 'utf8')) as Consent
  } catch {
    return undefined
  }
}

async function programSums(
  host: Pick<Host, 'fs' | 'sha256File'>,
  { path: file }: ConsentSubject,
  reaching: readonly Reaching[],
): Promise<Readonly<Record<string, string | null>>> {
  const programs = reaching.flatMap(({ program }) => (program === undefined ? [] : [program]))
  const interpreters = await Promise.all(programs.map((path) => wordsOfInterpreter(host, path)))
  const named = await filesNamed(host, dirname(file), [...reaching.flatMap(({ words = [] }) => words), ...interpreters.flat()])
  const paths = [...new Set([...programs, ...named])]
  // Not there: nothing runs, and what is put there later was not consented to.
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await host.sha256File(path).catch(() => null)] as const)))
}

/** `#!` and what follows (execve(2)): the interpreter may be a file of the project, too. */
async function wordsOfInterpreter(host: Pick<Host, 'fs'>, path: string): Promise<readonly string[]> {
  const file = await host.fs.open(path, 'r').catch(() => undefined)
  if (file === undefined) return []
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostInterpreterBytes), 0, mostInterpreterBytes, 0)
    const [line = ''] = buffer.subarray(0, bytesRead).toString('latin1').split('\n')
    return line.startsWith('#!') ? line.slice(2).split(/\s+/) : []
  } catch {
    // A directory, for example: that is said where it is used.
    return []
  } finally {
    await file.close()
  }
}

// Linux reads so much of it (include/uapi/linux/binfmts.h, BINPRM_BUF_SIZE).
const mostInterpreterBytes = 256

/** Files of the project among these words. Those of the machine change with its updates, and not with a checkout. */
async function filesNamed(host: Pick<Host, 'fs'>, directory: string, words: readonly string[]): Promise<readonly string[]> {
  const paths = [...new Set(words.map((word) => resolve(directory, word)))].filter((path) => path.startsWith(`${directory}/`))
  const found = await Promise.all(
    paths.map(async (path) => ((await host.fs.stat(path).catch(() => undefined))?.isFile() === true ? [path] : [])),
  )
  return found.flat()
}
