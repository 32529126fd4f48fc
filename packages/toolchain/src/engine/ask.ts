import { dirname, join } from 'node:path'
import type Docker from 'dockerode'
import type { DockerOptions } from 'dockerode'
import { nodeArchOfEngine } from '@kernelkit/core/arch'
import type { Host } from '@kernelkit/host'
import type { Engine } from './engine.ts'
import { parseAddress, type EnginePlace } from './place.ts'

/** The oldest API that is used and tested: Docker 20.10's. Podman answers the same from version 4 on. */
export const oldestApi = '1.41'

/** The result of asking one place; all but `found` have a reason for people. */
export type Answer =
  | { readonly kind: 'found'; readonly engine: Engine }
  | { readonly kind: 'absent' | 'failed'; readonly reason: string }
  | { readonly kind: 'denied'; readonly reason: string; readonly group: string | undefined }
  | { readonly kind: 'too-old'; readonly reason: string }

// A local engine answers in 10 ms, a loaded or remote one in a second or two; one that accepts and stays silent does not count.
const answerMs = 10_000

/** Ask one place whether an engine is there. */
export async function askPlace(host: Host, place: EnginePlace, signal: AbortSignal | undefined): Promise<Answer> {
  const target = parseAddress(place.address, { tls: place.tls !== undefined })
  if (typeof target === 'string') return { kind: 'failed', reason: target }
  if ('socketPath' in target && !(await host.fs.exists(target.socketPath)) && (await canLookInto(host, dirname(target.socketPath))))
    return { kind: 'absent', reason: 'no such file' }
  const lacking = await missingCertificates(host, place)
  if (lacking.length > 0)
    return {
      kind: 'failed',
      reason: `TLS is asked for, but ${place.tls ?? ''} lacks ${lacking.join(', ')} (DOCKER_CERT_PATH names the directory)`,
    }
  const limit = AbortSignal.timeout(answerMs)
  const abortSignal = signal === undefined ? limit : AbortSignal.any([signal, limit])
  try {
    const docker = await createClient(host, target, place)
    const [version, info] = await Promise.all([callVersion(docker, abortSignal), callInfo(docker, abortSignal)])
    return judge(place, docker, { version, info })
  } catch (error) {
    signal?.throwIfAborted()
    if (limit.aborted) return { kind: 'failed', reason: `no answer within ${answerMs / 1000} s` }
    return explainRefusal(host, error, 'socketPath' in target ? target.socketPath : undefined)
  }
}

async function createClient(host: Host, target: Exclude<ReturnType<typeof parseAddress>, string>, place: EnginePlace): Promise<Docker> {
  // A third of a second to load: nothing else needs it.
  const { default: Client } = await import('dockerode')
  // dockerode falls back to DOCKER_HOST for what is not given, so that both are always given.
  const none = { host: undefined, port: undefined, socketPath: undefined, ca: undefined, cert: undefined, key: undefined }
  const options: DockerOptions = { ...none, protocol: 'http', ...target }
  if (place.tls === undefined) return new Client(options)
  const [ca, cert, key] = await Promise.all(certificates.map((name) => host.fs.readFile(join(place.tls ?? '', name))))
  return new Client({ ...options, protocol: 'https', ca, cert, key })
}

/** The authority that signed the engine's, and who we are (the names that docker gives them). */
const certificates = ['ca.pem', 'cert.pem', 'key.pem']

async function missingCertificates(host: Host, { tls }: EnginePlace): Promise<readonly string[]> {
  if (tls === undefined) return []
  const present = await Promise.all(certificates.map((name) => host.fs.exists(join(tls, name))))
  return certificates.filter((_, index) => present[index] === false)
}

interface Facts {
  readonly version: { readonly Version?: string; readonly ApiVersion?: string; readonly Arch?: string }
  readonly info: { readonly SecurityOptions?: readonly string[] | null }
}

// Its types do not know that these take an abort signal.
async function callVersion(docker: Docker, abortSignal: AbortSignal): Promise<Facts['version']> {
  return (docker.version as unknown as (options: { abortSignal: AbortSignal }) => Promise<Facts['version']>).call(docker, { abortSignal })
}

async function callInfo(docker: Docker, abortSignal: AbortSignal): Promise<Facts['info']> {
  return (docker.info as unknown as (options: { abortSignal: AbortSignal }) => Promise<Facts['info']>).call(docker, { abortSignal })
}

function judge(place: EnginePlace, docker: Docker, { version, info }: Facts): Answer {
  const { ApiVersion: apiVersion, Version: name = 'unknown' } = version
  if (typeof apiVersion !== 'string') return { kind: 'failed', reason: 'the server there is not a Docker Engine' }
  if (isOlder(apiVersion, oldestApi))
    return { kind: 'too-old', reason: `version ${name} speaks API ${apiVersion}; at least ${oldestApi} is needed (Docker 20.10, Podman 4)` }
  return {
    kind: 'found',
    engine: {
      docker,
      address: place.address,
      version: name,
      apiVersion,
      nodeArch: nodeArchOfEngine(version.Arch),
      rootless: (info.SecurityOptions ?? []).some((option) => /^name=rootless(?:,|$)/.test(option)),
    },
  }
}

/** API versions are MAJOR.MINOR, compared as numbers. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldMajor = 0, oldMinor = 0] = than.split('.').map(Number)
  return major !== oldMajor ? major < oldMajor : minor < oldMinor
}

/** True when a missing file there is really missing, and not only invisible to this user. */
async function canLookInto(host: Host, directory: string): Promise<boolean> {
  return host.fs.stat(join(directory, '.')).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  )
}

async function explainRefusal(host: Host, error: unknown, socketPath: string | undefined): Promise<Answer> {
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error))
  if (code === 'EACCES' || code === 'EPERM') {
    const group = socketPath === undefined ? undefined : await groupOf(host, socketPath)
    return { kind: 'denied', reason: `uid ${host.uid} may not open it`, group }
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent', reason: 'no such file' }
  if (code === 'ECONNREFUSED')
    return { kind: 'failed', reason: socketPath === undefined ? 'connection refused' : 'the socket is there, but no engine listens on it' }
  if (code === 'ENOTSOCK') return { kind: 'failed', reason: 'not a socket' }
  if (code === 'EPROTO') return { kind: 'failed', reason: 'it does not speak TLS, which DOCKER_TLS_VERIFY or the context asks for' }
  // Node's HTTP parser: the answer is not HTTP.
  if (code?.startsWith('HPE_') === true)
    return { kind: 'failed', reason: 'the server there is not a Docker Engine (or it needs TLS: DOCKER_TLS_VERIFY=1)' }
  return { kind: 'failed', reason: message.trim() }
}

/** Name (else number) of the group that may open the socket; `undefined` when it may not either. */
async function groupOf(host: Host, path: string): Promise<string | undefined> {
  const stat = await host.fs.stat(path).catch(() => undefined)
  // Reading and writing by the group.
  if (stat === undefined || (stat.mode & 0o060) !== 0o060) return undefined
  const text = await host.fs.readFile('/etc/group', 'utf8').catch(() => '')
  return (
    text
      .split('\n')
      .find((line) => line.split(':')[2] === String(stat.gid))
      ?.split(':')[0] ?? String(stat.gid)
  )
}
