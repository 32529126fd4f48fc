import { parse } from 'yaml'

/** What is read of an action.yml. */
interface ActionFile {
  readonly inputs?: Readonly<Record<string, { readonly description?: string; readonly default?: string }>>
  readonly outputs?: Readonly<Record<string, { readonly description?: string }>>
}

/** The README of an action with its two tables as action.yml says; throws where an input has no default or the page no place for a table. */
export function fillActionTables(page: string, actionText: string): string {
  const { inputs = {}, outputs = {} } = parse(actionText) as ActionFile
  const inputRows = Object.entries(inputs).map(([name, { description = '', default: set }]) => {
    // A default of its own would hide what kernelkit.yaml says: those of the command's options are at the end of the description.
    const [, text = description, said] = /^([^]*?)\s*Default: ([^]*?)\.?$/.exec(description) ?? []
    const value = set === undefined ? said : `\`${set}\``
    if (value === undefined) throw new Error(`the input ${name} has no default, and its description names none`)
    return `| \`${name}\` | ${cell(text)} | ${cell(value)} |`
  })
  const outputRows = Object.entries(outputs).map(([name, { description = '' }]) => `| \`${name}\` | ${cell(description)} |`)
  const withInputs = fill(page, 'inputs', ['| input | what it does | default |', '|---|---|---|', ...inputRows])
  return fill(withInputs, 'outputs', ['| output | what it is |', '|---|---|', ...outputRows])
}

function fill(page: string, name: string, lines: readonly string[]): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [page.indexOf(start), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the page has no place for its table of ${name}: ${start} and ${end}`)
  return `${page.slice(0, from)}${start}\n${lines.join('\n')}\n${page.slice(to)}`
}

function cell(text: string): string {
  return text
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
}
