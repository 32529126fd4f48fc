import { dirname, join } from 'node:path'
import { renderTable } from '@kernelkit/action-kit'
import type { Host } from '@kernelkit/host'
import type { BakeResult } from '@kernelkit/image'

/** All that the image's key was made of. */
export async function showKey(host: Host, { key, manifest }: BakeResult): Promise<void> {
  host.log.info(`key ${key}, of:`)
  host.log.info((await host.fs.readFile(join(dirname(manifest), 'key.txt'), 'utf8')).trimEnd())
}

export interface SummaryFacts {
  readonly saved: boolean
  /** Span of time for which the suite's state is good. */
  readonly state: string
}

/** What was baked, how long it took. */
export function renderBakeSummary(
  { suite, arch, key, cached, seconds, bytes, packages }: BakeResult,
  { saved, state }: SummaryFacts,
): string {
  const time = (value: number): string => `${value.toFixed(1)} s`
  const parts = `bootstrap ${time(seconds.bootstrap)}, customise ${time(seconds.customize)}, mkfs ${time(seconds.mkfs)}`
  const rows = [
    ['from', cached ? `a cache, in ${time(seconds.total)}` : `this run, in ${time(seconds.total)} (${parts})`],
    ['kept for later runs', cached ? 'it is already' : saved ? 'yes' : 'no'],
    ['size', `${Math.round(bytes.allocated / 2 ** 20)} MiB on disk`],
    ['packages', String(packages.length)],
    ['state of the suite', state],
    ['key', key],
  ]
  return `### Image ${suite} (${arch})\n\n${renderTable(['', ''], rows)}\n`
}
