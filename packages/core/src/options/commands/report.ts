import { message, option } from '../../errors/index.ts'
import type { ReportKind } from '../../console/kinds.ts'
import { parseFailOn } from '../fail-on.ts'
import { badOption, flagOption, listOption, readList, refuseConflicts, textOption, type RawOptions } from '../given.ts'
import { commandRows } from '../table/index.ts'

/** How logs are read for kernel reports. */
export interface ReportSpec {
  /** Crashes of user-space programs count as reports. */
  readonly all: boolean
  /** Kinds whose presence is exit status 1. */
  readonly failOn: readonly ReportKind[]
  readonly vmlinux: string | undefined
  /** Directories with unstripped modules; absent: none was named. */
  readonly modules: readonly string[] | undefined
  /** Directory of the kernel tree. */
  readonly source: string | undefined
  /** Beginnings of paths as the build wrote them, and what to show instead. */
  readonly pathMaps: readonly { readonly from: string; readonly to: string }[]
}

export function parseReportSpec(raw: RawOptions): ReportSpec {
  refuseConflicts(raw, commandRows.report)
  const failOn = parseFailOn(raw) ?? []
  return {
    // Who asks for crashes of programs wants to see them.
    all: flagOption(raw, 'all') || failOn.includes('userspace-crash'),
    failOn,
    vmlinux: textOption(raw, 'vmlinux'),
    modules: raw['modules'] === undefined ? undefined : listOption(raw, 'modules'),
    source: textOption(raw, 'source'),
    pathMaps: readList(raw, 'mapPath', parsePathMap),
  }
}

function parsePathMap(raw: string): ReportSpec['pathMaps'][number] {
  const [from = '', to, ...rest] = raw.split('=')
  if (from === '' || to === undefined || rest.length > 0)
    throw badOption('map-path', raw, {
      allowed: 'FROM=TO',
      hint: message`Write for instance ${option('map-path', '/build/linux/drivers/ours=drivers/ours')}; an empty TO cuts FROM off.`,
    })
  return { from, to }
}
