import { UserError, commandWriter, writeMessage, type Message, type PartWriter, type Place } from '../errors/index.ts'
import { parseShare } from './vm/vm-share.ts'
import { blockNames, camelCase, everyOption, fileRows, namedRows, vmRows } from './table/index.ts'

/** Who reads a message: how the options were written there. */
export type Door = 'command' | 'file' | 'action' | 'library'

/** A door, and the options of kernelkit.yaml that took part, by name: they are named as the file has them. */
export interface Reader {
  readonly door: Door
  readonly places?: Readonly<Record<string, Place>>
}

/** The error with its text as the reader writes options and commands. */
export function writeError(error: UserError, reader: Reader): UserError {
  const { code, parts, verdict, details, cause } = error
  const own = parts.place === undefined ? reader : { ...reader, door: 'file' as const }
  return new UserError(code, parts.message, { hint: parts.hint, place: parts.place, verdict, details, cause }, writerFor(own))
}

/** One message for its reader. */
export function writeFor(text: Message, reader: Reader): string {
  return writeMessage(text, writerFor(reader))
}

function writerFor({ door, places = {} }: Reader): PartWriter {
  return {
    option: (part) => {
      const { name, value } = part
      const row = everyOption.get(name)
      const place = places[name]
      if (place !== undefined || (door === 'file' && fileOptions.has(name))) {
        return value === undefined ? `\`${name}:\`${place === undefined ? '' : ` (line ${place.line})`}` : `\`${name}: ${value}\``
      }
      if (door === 'action' && row !== undefined && row.action !== false) {
        return value === undefined ? `the input \`${name}\`` : `\`${name}: ${value}\``
      }
      const key = libraryNames.get(name)
      if (door === 'library' && row !== undefined && key !== undefined) {
        return value === undefined ? `\`${key}\`` : `\`${key}: ${name === 'share' ? shareValue(value) : programValue(value, row.kind)}\``
      }
      return commandWriter.option(part)
    },
    command: (part) => (door === 'action' && part.action !== undefined ? part.action : commandWriter.command(part)),
  }
}

/** Options that kernelkit.yaml has. */
const fileOptions = new Set(blockNames.flatMap(fileRows).map(({ name }) => name))

/** Options of `bootVm`, its second argument and `exec`, and what they are called there. */
const libraryNames: ReadonlyMap<string, string> = new Map([
  ...namedRows(vmRows).flatMap(({ name, library }): [string, string][] =>
    library === false ? [] : [[name, library?.name ?? camelCase(name)]],
  ),
  ['cache-dir', 'cacheDir'],
  ['cwd', 'cwd'],
  ['env', 'env'],
  ['timeout', 'timeoutMs'],
])

/** `value` as a program writes it. */
function programValue(value: string, kind: string): string {
  if (/^\d+$/.test(value) || value === 'true') return value
  const text = `'${value}'`
  return kind === 'list' || kind === 'set' ? `[${text}]` : text
}

/** `SRC[:DST][:MODE]` as the object of a program. */
function shareValue(value: string): string {
  const { source, guest, mode } = parseShare(value)
  const parts = [`host: '${source}'`, ...(guest === undefined ? [] : [`guest: '${guest}'`]), ...(mode === 'cow' ? [] : [`mode: '${mode}'`])]
  return `[{ ${parts.join(', ')} }]`
}
