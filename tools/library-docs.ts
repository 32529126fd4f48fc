import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { libraryRows } from '@kernelkit/core/options/library'
import { repository } from './source-files.ts'

/** The public types of the library, with the texts that editors show. */
const typesPath = 'packages/vm/src/library/guest-types.ts'

/** docs/library.md with its tables: options from the option table, members of interfaces from their sources. */
export function fillLibraryPage(page: string): string {
  const types = readFileSync(join(repository, typesPath), 'utf8')
  const rows = libraryRows().map(({ name, type, help, otherwise }) => [`\`${name}\``, `\`${type}\``, `${help} (default: ${otherwise})`])
  return page
    .replace(/(<!-- options -->\n)[^]*?(<!-- \/options -->)/, (_, start: string, end: string) =>
      block(start, table(['option', 'type', 'what it is or does'], rows), end),
    )
    .replaceAll(/(<!-- interface ([\w ]+) -->\n)[^]*?(<!-- \/interface -->)/g, (_, start: string, names: string, end: string) => {
      const members = names.split(' ').flatMap((name) => membersOf(types, name))
      return block(
        start,
        table(
          ['member', 'type', 'what it is or does'],
          members.map(({ name, type, text }) => [`\`${name}\``, `\`${type}\``, text]),
        ),
        end,
      )
    })
}

export interface Member {
  readonly name: string
  readonly type: string
  readonly text: string
}

/** Members of an interface, each with its comment; throws when one has none. */
export function membersOf(source: string, of: string): readonly Member[] {
  const [, body] = new RegExp(String.raw`^export interface ${of}\b[^{]*\{\n([^]*?)^\}`, 'm').exec(source) ?? []
  if (body === undefined) throw new Error(`${typesPath} has no interface ${of}`)
  // A comment of several lines as one.
  const lines = body
    .replaceAll(/\n {3}\*(?!\/) ?/g, ' ')
    .replaceAll(/\n {3}\*\//g, ' */')
    .replaceAll(/\/\*\* {2,}/g, '/** ')
    .split('\n')
    .filter((line) => line !== '')
  const members: Member[] = []
  let text: string | undefined
  for (const line of lines) {
    const comment = /^ {2}\/\*\* (.*) \*\/$/.exec(line)?.[1]
    const [, member, optional, parameters, written] = /^ {2}(?:readonly )?([\w[\].]+)(\??)(\(.*\))?: (.*)$/.exec(line) ?? []
    if (comment !== undefined) text = comment
    else if (member === undefined || written === undefined)
      throw new Error(`${typesPath}: ${of} has a line that is not understood: ${line}`)
    else if (text === undefined && members.at(-1)?.name.startsWith(`${member}(`) !== true)
      throw new Error(`${typesPath}: ${of}.${member} has no comment`)
    else {
      const type = written.replace(/ \| undefined$/, '')
      const name = parameters === undefined ? `${member}${optional}` : `${member}${namesOf(parameters)}`
      // Of several signatures the last is the common one: the first ones have options that change the type.
      const before = text === undefined ? members.pop() : undefined
      members.push({ name, type, text: text ?? before?.text ?? '' })
      text = undefined
    }
  }
  return members
}

/** `(argv: readonly string[], options?: X)` as `(argv, options)`. */
function namesOf(parameters: string): string {
  return `(${[...parameters.matchAll(/(\w+)\??: /g)]
    .map(([, name]) => name)
    .filter((name) => name !== 'encoding')
    .join(', ')})`
}

function block(start: string, content: string, end: string): string {
  return `${start}\n${content}\n\n${end}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
