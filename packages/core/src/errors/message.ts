/** A place in kernelkit.yaml; line and column from 1. */
export interface Place {
  readonly file: string
  /** The key: `vm.memory`, `tests[1].timeout`. */
  readonly key: string
  readonly line: number
  readonly column: number
}

/** What of a message each door writes in its own way. */
export type MessagePart =
  | string
  /** An option, with a value to give it. `joined`: the command takes the value after `=` only. */
  | { readonly kind: 'option'; readonly name: string; readonly value: string | undefined; readonly joined: boolean }
  /** A command of ours to paste. */
  | { readonly kind: 'command'; readonly words: string; readonly action: string | undefined }

/** Plain text, or text with parts in it. */
export type Message = string | readonly MessagePart[]

/** How one door writes the parts. */
export interface PartWriter {
  option(part: Extract<MessagePart, { readonly kind: 'option' }>): string
  command(part: Extract<MessagePart, { readonly kind: 'command' }>): string
}

/** An option by its long name (`boot-timeout`; one letter for `-s`), with the value that a hint proposes. */
export function option(name: string, value?: string): MessagePart {
  return { kind: 'option', name, value, joined: false }
}

/** The same for an option whose value may be left out: `--gdb=PORT`. */
export function joinedOption(name: string, value: string): MessagePart {
  return { kind: 'option', name, value, joined: true }
}

/** A command to paste, such as `kernelkit bake`; `action` says what does the same in a workflow: `the bake-image action`. */
export function command(words: string, options: { readonly action?: string } = {}): MessagePart {
  return { kind: 'command', words, action: options.action }
}

/** Template tag: texts stay as they are, messages are joined in, parts are kept. */
export function message(texts: TemplateStringsArray, ...values: readonly (Message | MessagePart | number)[]): Message {
  const parts = texts.flatMap((text, index): readonly MessagePart[] => {
    const value = values[index]
    if (value === undefined) return [text]
    if (typeof value === 'number') return [text, String(value)]
    return [text, ...(isList(value) ? value : [value])]
  })
  return joinTexts(parts)
}

/** Several messages with a text between each two. */
export function joinMessages(messages: readonly (Message | MessagePart)[], separator: string): Message {
  return joinTexts(messages.flatMap((one, index) => [...(index === 0 ? [] : [separator]), ...(isList(one) ? one : [one])]))
}

/** The message as one text. */
export function writeMessage(text: Message, writer: PartWriter): string {
  if (!isList(text)) return text
  return text
    .map((part) => (typeof part === 'string' ? part : part.kind === 'option' ? writer.option(part) : writer.command(part)))
    .join('')
}

/** The parts as the command line has them. */
export const commandWriter: PartWriter = {
  option: ({ name, value, joined }) => {
    const flag = name.length === 1 ? `-${name}` : `--${name}`
    return value === undefined ? flag : `${flag}${joined ? '=' : ' '}${value}`
  },
  command: ({ words }) => `\`${words}\``,
}

function isList(value: Message | MessagePart): value is readonly MessagePart[] {
  return Array.isArray(value)
}

function joinTexts(parts: readonly MessagePart[]): Message {
  const joined: MessagePart[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part
    else if (part !== '') joined.push(part)
  }
  const [only] = joined
  if (joined.length === 0) return ''
  return joined.length === 1 && typeof only === 'string' ? only : joined
}

/**
 * A name or value that others chose, for a message: what a terminal or a log would act on (controls, line ends, marks that reorder
 * text) comes out as an escape.
 */
export function printable(text: string): string {
  return text.replaceAll(acted, (character) => named[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

// C0, DEL and C1; line and paragraph separators; the marks of the bidirectional algorithm (UAX 9); halves of characters.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const acted = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }
