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

function parseKind(name: string): ReportKind {
  const kind = reportKinds.find((known) => known === name)
  if (kind !== undefined) return kind
  const near = nearestName(name, reportKinds)
  throw new UserError('BAD_OPTION', message`${option('fail-on')} '${name}' is not a kind of report; allowed: ${reportKinds.join(', ')}.`, {
    hint: near === undefined ? undefined : `Did you mean ${near}?`,
    details: { option: '--fail-on', seen: name, allowed: reportKinds },
  })
}
