import type { Writable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'
import { distributions, releaseWord } from '@kernelkit/core/kernels'
import { givenOptions } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { printable } from '@kernelkit/core/text'
import { hostSuite, type Host, type Store } from '@kernelkit/host'
import { runInVm, type FinishedRun } from '@kernelkit/vm/internal'
import { findShareDaemon } from '@kernelkit/vm/internal/kernels'

export interface FirstVerdictInput {
  readonly host: Host
  readonly store: Store
  readonly stdout: Writable
  readonly stderr: Writable
  /** `--boot-timeout` of the caller. */
  readonly bootTimeout: string | undefined
  readonly signal: AbortSignal
}

/** The distribution's kernel that this machine can show its own root to: the small one over virtiofs, else the general one over 9p. */
export async function quickstartKernel(host: Host, store: Store): Promise<string> {
  const suite = await hostSuite(host)
  const distribution = Object.values(distributions).find(({ releases }) => releases.some((release) => release.suite === suite))
  if (suite === undefined || distribution === undefined) return quickstartDefault
  const release = `${distribution.name}:${releaseWord(distribution, suite)}`
  const isSmall = distribution.name === 'debian' && (await findShareDaemon(host, store)) !== undefined
  return isSmall ? `${release}/cloud` : release
}

const quickstartDefault = 'debian:12/cloud'

/**
 * Boots a distribution's kernel on this machine's root, before anything is compiled. `undefined`: no such kernel is to be
 * fetched here, or nothing here shows it the root; the reason is printed, and what is built boots without both.
 */
export async function firstVerdict(
  reference: string,
  { host, store, stdout, stderr, bootTimeout, signal }: FirstVerdictInput,
): Promise<FinishedRun | undefined> {
  const raw = givenOptions({ kernel: reference, root: 'host', noCwd: true, net: 'none', bootTimeout })
  try {
    const finished = await runInVm({
      host,
      store,
      wanted: { spec: parseVmSpec(raw, { command: 'run' }), command: 'run' },
      argv: ['uname', '-a'],
      onPrepared: ({ plan }) => plan.lines.forEach((line) => host.log.info(line)),
      openStreams: async () => ({ stdout, stderr }),
      signal,
    })
    if (finished.outcome.judgement.verdict !== 'pass') for (const line of finished.paragraph) stderr.write(`${printable(line)}\n`)
    return finished
  } catch (error) {
    if (!(error instanceof UserError) || !unavailable.has(error.code)) throw error
    host.log.warn(`${reference} is not booted first: ${error.message}`)
    return undefined
  }
}

/** What a machine without network, apt or virtiofsd answers. */
const unavailable: ReadonlySet<string> = new Set([
  'FETCH_FAILED',
  'HOST_LACKS',
  'KERNEL_LACKS',
  'MIRROR_UNREACHABLE',
  'NO_MIRROR',
  'NO_SUCH_KERNEL',
  'UNKNOWN_SUITE',
])
