import { join } from 'node:path'
import { parseRelease, type BakeTools, type SuiteRelease } from '@kernelkit/core/debootstrap'
import { commandWriter, writeMessage } from '@kernelkit/core/errors'
import type { ImageSpec, RefreshRhythm } from '@kernelkit/core/options'
import type { Host, Store } from '@kernelkit/host'
import { hostBackend } from '../backend/host-backend.ts'
import { fetchRelease, mirrorCandidates, noSuite, wrongArchitecture, type MirrorCandidate, type ReleaseAnswer } from './package-source.ts'
import type { BakeBackend } from '../backend/bake-backend.ts'

/** The state of a suite that a bake starts from. */
export interface KnownRelease {
  readonly uri: string
  readonly keyring: string | undefined
  /** SHA-256 of the Release file. */
  readonly digest: string
  readonly release: SuiteRelease
  /** Milliseconds since 1970. */
  readonly checkedAt: number
  /** For the log: where it comes from and how old it is. */
  readonly note: string
}

const dayMs = 24 * 3600 * 1000
const windowMs: Readonly<Record<RefreshRhythm, number>> = { daily: dayMs, weekly: 7 * dayMs, never: Number.POSITIVE_INFINITY }

export interface ReleaseQuery {
  readonly spec: ImageSpec
  readonly tools: Pick<BakeTools, 'tool'>
  /** Where the bootstrap tool runs; default: this host. */
  readonly backend?: BakeBackend | undefined
  /** `true`: ask the mirror although the last answer is fresh enough (packages are about to be fetched from it). */
  readonly ask: boolean
  /** `false`: nothing is written (--dry-run). */
  readonly remember?: boolean
  readonly signal?: AbortSignal | undefined
}

/** The suite's Release: the cached one within the refresh window, else the mirror's; offline the last known one, with a warning. */
export async function resolveRelease(
  host: Host,
  store: Store,
  { spec, tools, backend = hostBackend(host), ask, remember, signal }: ReleaseQuery,
): Promise<KnownRelease> {
  const path = await releaseMemoryPath(host, store, spec)
  const remembered = await readMemory(host, path)
  const age = remembered === undefined ? undefined : host.now() - remembered.checkedAt
  if (remembered !== undefined && age !== undefined && !ask && age >= 0 && age < windowMs[spec.refresh]) {
    return checked(spec, { ...remembered, note: `${remembered.uri} as of ${describeAge(age)} ago (--refresh ${spec.refresh})` })
  }
  const tried: { candidate: MirrorCandidate; answer: ReleaseAnswer }[] = []
  for (const candidate of await mirrorCandidates(host, spec, { ...tools, backend })) {
    const answer = await fetchRelease(host, { uri: candidate.uri, suite: spec.suite }, signal)
    const release = answer.kind === 'found' ? parseRelease(answer.text) : undefined
    if (answer.kind === 'found' && release !== undefined) {
      const known = { uri: candidate.uri, keyring: candidate.keyring, digest: host.sha256(answer.text), release, checkedAt: host.now() }
      checked(spec, { ...known, note: '' })
      if (remember !== false) await host.fs.writeAtomic(path, `${JSON.stringify({ ...known, suite: spec.suite }, undefined, 2)}\n`)
      if (release.validUntil !== undefined && release.validUntil * 1000 < host.now()) {
        host.log.warn(`${candidate.uri} ${spec.suite} was valid until ${day(release.validUntil)}: a frozen mirror, used as it is`)
      }
      return { ...known, note: `${candidate.uri} (${writeMessage([candidate.from], commandWriter)}), Release of ${day(release.date)}` }
    }
    tried.push({
      candidate,
      answer: answer.kind === 'found' ? { kind: 'unreachable', reason: 'the file there is not a Release file' } : answer,
    })
  }
  const error = noSuite(spec, tried)
  if (remembered === undefined || error.code !== 'MIRROR_UNREACHABLE') throw error
  host.log.warn(`${error.message} Using the cached Release file of ${describeAge(age ?? 0)} ago.`)
  return checked(spec, {
    ...remembered,
    note: `${remembered.uri}, last known Release of ${day(remembered.release.date)}; the mirror does not answer`,
  })
}

function checked(spec: ImageSpec, known: KnownRelease): KnownRelease {
  const { architectures } = known.release
  if (architectures.length > 0 && !architectures.includes(spec.arch.debianArch))
    throw wrongArchitecture(spec.suite, spec.arch, architectures)
  return known
}

/** The file that remembers a suite's Release and when it was asked for. */
export async function releaseMemoryPath(host: Host, store: Store, { suite, mirror }: Pick<ImageSpec, 'suite' | 'mirror'>): Promise<string> {
  return join(await store.workDirectory('state', 'releases'), `${suite}-${host.sha256(mirror ?? '').slice(0, 12)}.json`)
}

async function readMemory(host: Host, path: string): Promise<Omit<KnownRelease, 'note'> | undefined> {
  try {
    const value = JSON.parse(await host.fs.readFile(path, 'utf8')) as Partial<KnownRelease>
    const { uri, keyring, digest, release, checkedAt } = value
    if (typeof uri !== 'string' || typeof digest !== 'string' || typeof checkedAt !== 'number' || typeof release?.date !== 'number')
      return undefined
    return { uri, keyring, digest, release, checkedAt }
  } catch {
    return undefined
  }
}

function describeAge(ms: number): string {
  const hours = Math.round(ms / 3_600_000)
  return hours < 1 ? 'less than an hour' : hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}
