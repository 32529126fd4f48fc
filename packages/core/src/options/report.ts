import { badOption, flagOption, listOption, textOption, type RawRecord } from './raw-options.ts'

/** How logs are read for kernel reports. */
export interface ReportSpec {
  /** Crashes of user-space programs count as reports. */
  readonly all: boolean
  readonly vmlinux: string | undefined
  /** Folder of the kernel tree. */
  readonly source: string | undefined
  /** Beginnings of paths as the build wrote them, and what stands for them. */
  readonly pathMaps: readonly { readonly from: string; readonly to: string }[]
}

export function parseReportSpec(raw: RawRecord): ReportSpec {
  return {
    all: flagOption(raw, 'all'),
    vmlinux: textOption(raw, 'vmlinux'),
    source: textOption(raw, 'source'),
    pathMaps: listOption(raw, 'mapPath').map(parsePathMap),
  }
}

function parsePathMap(raw: string): ReportSpec['pathMaps'][number] {
  const [from = '', to, ...rest] = raw.split('=')
  if (from === '' || to === undefined || rest.length > 0)
    throw badOption('mapPath', raw, 'FROM=TO', 'for instance --map-path /build/linux/drivers/ours=drivers/ours; an empty TO cuts FROM off.')
  return { from, to }
}
