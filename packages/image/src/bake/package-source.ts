import type { Arch } from '@kernelkit/core/arch'
import type { BakeTools, PackageSource } from '@kernelkit/core/debootstrap'
import { UserError, joinMessages, message, option, type Message, type MessagePart } from '@kernelkit/core/errors'
import type { ImageSpec } from '@kernelkit/core/options'
import { aptMirrors, fetchFile, isAbsent, refuseFullDisk, type Host } from '@kernelkit/host'
import type { BakeBackend } from '../backend/bake-backend.ts'

/** Where a suite's packages may come from, and what names it. */
export interface MirrorCandidate {
  readonly uri: string
  readonly keyring: string | undefined
  readonly from: MessagePart
}

/** The tool that will fetch the packages, and where it runs. */
export interface BootstrapTool extends Pick<BakeTools, 'tool'> {
  readonly backend: Pick<BakeBackend, 'uid' | 'ask'>
}

/** Mirrors that may serve the suite, best first: the one asked for, else apt's, then the suite's own. */
export async function mirrorCandidates(
  host: Host,
  spec: Pick<ImageSpec, 'mirror' | 'suite'>,
  there: BootstrapTool,
): Promise<readonly MirrorCandidate[]> {
  const apt = (await aptMirrors(host, spec.suite)).map(({ uri, keyring }) => ({ uri: uri.replace(/\/+$/, ''), keyring, from: 'apt' }))
  if (spec.mirror !== undefined)
    return [{ uri: spec.mirror, keyring: apt.find(({ uri }) => uri === spec.mirror)?.keyring, from: option('mirror') }]
  const own = await suiteMirror(spec.suite, there)
  return [
    ...apt,
    ...(own === undefined || apt.some(({ uri }) => uri === own)
      ? []
      : [{ uri: own, keyring: undefined, from: `the suite's own, known to ${there.tool}` }]),
  ]
}

/** The mirror that the bootstrap tool itself would take: no host name is written in kernelkit. */
async function suiteMirror(suite: string, { tool, backend }: BootstrapTool): Promise<string | undefined> {
  if (tool === 'mmdebstrap') {
    // Prints the sources that mmdebstrap has made, then stops.
    const argv = [
      'mmdebstrap',
      `--mode=${backend.uid === 0 ? 'root' : 'unshare'}`,
      '--variant=custom',
      '--format=null',
      '--setup-hook=cat "$1/etc/apt/sources.list" >&2; exit 3',
      suite,
      '/dev/null',
    ]
    const { stderr } = await backend.ask(argv)
    return new RegExp(`^deb (?:\\[[^\\]]*\\] )?(\\S+?)/? ${suite} `, 'm').exec(stderr)?.[1]
  }
  const { stdout } = await backend.ask(['cat', `/usr/share/debootstrap/scripts/${suite}`])
  return /^default_mirror (\S+)/m.exec(stdout)?.[1]?.replace(/\/+$/, '')
}

/** What a mirror has at dists/SUITE; the reason for having nothing is for people. */
export type ReleaseAnswer =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreachable'; readonly reason: string }

/** The Release file of a suite: InRelease, else Release. */
export async function fetchRelease(host: Host, source: Pick<PackageSource, 'uri' | 'suite'>, signal?: AbortSignal): Promise<ReleaseAnswer> {
  await using directory = await host.tempDir('kernelkit-release-')
  let answer: ReleaseAnswer = { kind: 'absent' }
  for (const name of ['InRelease', 'Release']) {
    answer = await download(host, {
      url: `${source.uri}/dists/${source.suite}/${name}`,
      to: `${directory.path}/${name}`,
      signal,
    })
    if (answer.kind !== 'absent') return answer
  }
  return answer
}

/** By apt's own downloader where there is one: it knows the host's proxies, logins and certificates. */
async function download(
  host: Host,
  { url, to, signal }: { readonly url: string; readonly to: string; readonly signal?: AbortSignal | undefined },
): Promise<ReleaseAnswer> {
  const helper = '/usr/lib/apt/apt-helper'
  if (await host.fs.exists(helper)) {
    const argv = [
      helper,
      '-o',
      'Acquire::Retries=0',
      '-o',
      'Acquire::http::Timeout=20',
      '-o',
      'Acquire::https::Timeout=20',
      'download-file',
      url,
      to,
    ]
    const { exitCode, stdout, stderr } = await host.run(argv, { reject: false, signal, env: { LC_ALL: 'C' } })
    if (exitCode === 0 && (await host.fs.exists(to))) return { kind: 'found', text: await host.fs.readFile(to, 'utf8') }
    refuseFullDisk(stdout + stderr)
    const failure =
      /^E: Failed to fetch \S+ +(.*)$/m.exec(stderr)?.[1] ??
      lastLine(stderr) ??
      lastLine(stdout) ??
      `apt-helper exited with status ${exitCode}`
    return /^40[134]\b|^410\b|File not found/.test(failure) ? { kind: 'absent' } : { kind: 'unreachable', reason: failure }
  }
  try {
    await fetchFile(host, { url, to, signal })
    return { kind: 'found', text: await host.fs.readFile(to, 'utf8') }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof UserError && error.code === 'DISK_FULL') throw error
    return isAbsent(error) ? { kind: 'absent' } : { kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** No mirror has the suite: which of them were asked, and what each answered. */
export function noSuite(
  spec: Pick<ImageSpec, 'suite'>,
  tried: readonly { readonly candidate: MirrorCandidate; readonly answer: ReleaseAnswer }[],
): UserError {
  const { suite } = spec
  if (tried.length === 0)
    return new UserError(
      'NO_MIRROR',
      `no mirror is known for ${suite}: apt has no sources here, and the bootstrap tool does not know the suite.`,
      { hint: message`Name one with ${option('mirror', 'URL')}.` },
    )
  const list = joinMessages(
    tried.map(
      ({ candidate, answer }): Message =>
        message`${candidate.uri} (${candidate.from}): ${answer.kind === 'unreachable' ? answer.reason : `no dists/${suite} there`}`,
    ),
    '; ',
  )
  const details = { suite, tried: tried.map(({ candidate }) => candidate.uri) }
  if (tried.every(({ answer }) => answer.kind === 'absent')) {
    return new UserError('UNKNOWN_SUITE', message`suite '${suite}' was not found: ${list}.`, {
      hint: message`Choose bookworm, trixie or sid with ${option('suite')}; for others name a mirror that has them with ${option('mirror')}.`,
      details,
    })
  }
  return new UserError('MIRROR_UNREACHABLE', message`no mirror could be asked for ${suite}: ${list}.`, {
    hint: message`Check the network, or name another mirror with ${option('mirror', 'URL')}.`,
    details,
  })
}

export function wrongArchitecture(suite: string, arch: Arch, available: readonly string[]): UserError {
  return new UserError('UNKNOWN_SUITE', `suite '${suite}' has no packages for ${arch.debianArch}; it has ${available.join(', ')}.`, {
    hint: message`Choose a suite that has it: ${option('suite', arch.defaultSuite)}.`,
    details: { suite, architecture: arch.debianArch, available },
  })
}

function lastLine(text: string): string | undefined {
  return text
    .trimEnd()
    .split('\n')
    .findLast((line) => line.trim() !== '')
}
