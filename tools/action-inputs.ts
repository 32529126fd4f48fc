import { stringify } from 'yaml'
import { rowsOfAction, type ActionName, type NamedRow } from '@kernelkit/core/options'
import { withChoices } from '@kernelkit/core/options/help'

/** An action.yml with the inputs that the option table has for it; everything else of the file stays as it is. */
export function fillActionInputs(text: string, action: ActionName): string {
  const found = /^inputs:\n[^]*?(?=^outputs:$)/m.exec(text)
  if (found === null) throw new Error(`the action.yml of ${action} has no inputs that are followed by outputs`)
  return `${text.slice(0, found.index)}${renderInputs(action)}\n${text.slice(found.index + found[0].length)}`
}

function renderInputs(action: ActionName): string {
  const inputs = Object.fromEntries(
    rowsOfAction(action).map((row) => [
      row.name,
      {
        description: describeInput(row),
        ...(row.commands.length === 0 && row.default !== undefined && row.choices === undefined ? { default: row.default } : {}),
      },
    ]),
  )
  return stringify({ inputs }, { lineWidth: 0, singleQuote: true })
}

/** One or two sentences; the default is a part of them where kernelkit.yaml may have another one. */
export function describeInput(row: NamedRow): string {
  const { kind, commands } = row
  const own = row.action === false ? undefined : row.action
  const help = withChoices({ ...row, help: own?.help ?? row.help }, '`')
  const shape =
    own?.words === true
      ? '; separated by lines, blanks or commas'
      : (kind === 'list' || kind === 'set') && !/ a line\b/.test(help)
        ? ' (one a line)'
        : ''
  const text = kind === 'flag' && !help.startsWith('`') ? `\`true\`: ${help}` : `${help}${shape}`
  const otherwise = row.default ?? own?.otherwise ?? row.otherwise ?? (kind === 'flag' ? 'false' : 'none')
  // The inputs that no command has keep their default in a place of its own.
  const isDeclared = commands.length === 0 && row.default !== undefined && row.choices === undefined
  return `${sentence(text)}.${isDeclared ? '' : ` Default: ${otherwise}.`}`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
