import { reportKinds, type ReportKind } from '../console/kinds.ts'
import { UserError, message, nearestName, option } from '../errors/index.ts'
import { badOption, readList, type RawOptions } from './given.ts'

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

/** A script for the memory of a guest. */
export interface InspectScript {
  readonly path: string
  /** The program that reads it. */
  readonly program: 'crash' | 'drgn'
}

/** The scripts of `--inspect-script`, each by the end of its name. Throws BAD_OPTION. */
export function parseInspectScripts(raw: RawOptions, dumpOn: readonly DumpVerdict[]): readonly InspectScript[] {
  return readList(raw, 'inspectScript', (path): InspectScript => {
    if (dumpOn.length === 0)
      throw new UserError(
        'BAD_OPTION',
        message`${option('inspect-script', path)} needs ${option('dump-on')}: it reads the memory that is left.`,
        {
          hint: message`Name the verdicts that it is for, such as ${option('dump-on', 'panic,hang')}.`,
          details: { option: '--inspect-script', seen: path },
        },
      )
    if (path.endsWith('.py')) return { path, program: 'drgn' }
    if (path.endsWith('.crash')) return { path, program: 'crash' }
    throw badOption('inspect-script', path, {
      allowed: 'a script of drgn, whose name ends in .py, or of crash, in .crash',
      hint: 'Rename the file.',
    })
  })
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
