import { commonRows, namedRows, rowsOfCommand, type NamedRow } from '@kernelkit/core/options'
import { describeOption } from '@kernelkit/core/options/help'
import { commandRows } from '../packages/cli/src/commands/index.ts'

const [start, end] = ['<!-- options -->', '<!-- /options -->']

/** docs/cli.md with a table of options for each command, from the option table. */
export function fillOptionTables(page: string): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the page has no place for the tables of options: ${start} and ${end}`)
  const tables = commandRows.flatMap(({ name }) => {
    const rows = rowsOfCommand(name).filter(({ hidden }) => hidden !== true)
    return rows.length === 0 ? [] : [`### ${name}`, '', ...table(rows), '']
  })
  return `${page.slice(0, from)}${start}\n${[...tables, '### every command', '', ...table(namedRows(commonRows))].join('\n')}\n${page.slice(to)}`
}

function table(rows: readonly NamedRow[]): readonly string[] {
  return ['| option | what it is or does |', '|---|---|', ...rows.map((row) => `| ${cell(flagsOf(row))} | ${cell(describeOption(row))} |`)]
}

function flagsOf({ name, short, onlyShort, kind, value }: NamedRow): string {
  const long = onlyShort === true ? `-${name}` : `--${name}`
  const shown = value === undefined ? '' : kind === 'text-or-flag' ? `[=${value}]` : ` ${value}`
  return `${short === undefined ? '' : `\`-${short}\`, `}\`${long}${shown}\``
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`)
}
