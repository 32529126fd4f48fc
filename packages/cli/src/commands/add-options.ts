import { Option, type Command } from 'commander'
import { commonRows, namedRows, rowsOfCommand, type NamedRow } from '@kernelkit/core/options'
import { describeOption } from '@kernelkit/core/options/help'

/** The options of a command as its rows of the option table say, under their headings. */
export function addOptions(command: Command, name: string): void {
  for (const row of byGroup(rowsOfCommand(name))) command.addOption(toOption(row, row.group))
}

/** Those of every command, under one heading at the end of its help. */
export function addCommonOptions(command: Command): void {
  const group = 'Common options:'
  for (const row of namedRows(commonRows)) command.addOption(toOption(row, group))
  command.addHelpOption(new Option('-h, --help', 'this help').helpGroup(group))
}

/** Options of one heading one after the other, headings in the order in which they first come. */
function byGroup(rows: readonly NamedRow[]): readonly NamedRow[] {
  const groups = [...new Set(rows.map(({ group }) => group))]
  return groups.flatMap((group) => rows.filter((row) => row.group === group))
}

function toOption(row: NamedRow, group: string | undefined): Option {
  const { name, short, onlyShort, kind, value, hidden } = row
  const flags = onlyShort === true ? `-${name}` : `${short === undefined ? '' : `-${short}, `}--${name}`
  const option = new Option(
    `${flags}${value === undefined ? '' : kind === 'text-or-flag' ? ` [=${value}]` : ` <${value}>`}`,
    describeOption(row),
  )
  // A switch of its own: as commander's negation it would take back what the positive name says.
  option.negate = false
  if (kind === 'list' || kind === 'set') option.argParser(repeatable)
  if (group !== undefined) option.helpGroup(group)
  return hidden === true ? option.hideHelp() : option
}

/** Each use adds one value (a variadic option would swallow operands). */
function repeatable(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value]
}
