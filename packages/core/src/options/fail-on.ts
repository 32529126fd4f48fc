import { reportKinds, type ReportKind } from '../console/kinds.ts'
import { UserError, message, nearestName, option } from '../errors/index.ts'
import { readList, type RawOptions } from './given.ts'

/** The kinds of kernel reports that `--fail-on` names; absent when it names none. Throws BAD_OPTION. */
export function parseFailOn(raw: RawOptions): readonly ReportKind[] | undefined {
  const kinds = readList(raw, 'failOn', (text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map(parseKind),
  ).flat()
  return kinds.length === 0 ? undefined : kinds
}

/** Verdicts of a guest that is still there when they are given. */
const dumpVerdicts = ['panic', 'hang', 'splat', 'timeout', 'fail'] as const

export type DumpVerdict = (typeof dumpVerdicts)[number]

/** The verdicts with which `--dump-on` leaves the guest's memory. Throws BAD_OPTION. */
export function parseDumpOn(raw: RawOptions): readonly DumpVerdict[] {
  return readList(raw, 'dumpOn', (text) =>
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => {
        const known = dumpVerdicts.find((verdict) => verdict === name)
        if (known !== undefined) return known
        const near = nearestName(name, dumpVerdicts)
        throw new UserError(
          'BAD_OPTION',
          message`${option('dump-on')} '${name}' is not a verdict with a guest to look at; allowed: ${dumpVerdicts.join(', ')}.`,
          {
            hint: near === undefined ? 'With every other verdict the guest is gone, or never ran.' : `Did you mean ${near}?`,
            details: { option: '--dump-on', seen: name, allowed: dumpVerdicts },
          },
        )
      }),
  ).flat()
}

function parseKind(name: string): ReportKind {
  const kind = reportKinds.find((known) => known === name)
  if (kind !== undefined) return kind
  const near = nearestName(name, reportKinds)
  throw new UserError('BAD_OPTION', message`${option('fail-on')} '${name}' is not a kind of report; allowed: ${reportKinds.join(', ')}.`, {
    hint: near === undefined ? undefined : `Did you mean ${near}?`,
    details: { option: '--fail-on', seen: name, allowed: reportKinds },
  })
}
