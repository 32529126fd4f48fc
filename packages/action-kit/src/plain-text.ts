import { printable } from '@kernelkit/core/text'

// The runner trims all white space of Unicode from the start of a line, U+0085 too, before it looks for a command (.NET, String.TrimStart);
// what is not seen at all (format characters, controls, colours) may hide one from a reader.
const command = new RegExp(String.raw`^(?:[\s\p{Cc}\p{Cf}\p{Z}]|\u001B\[[0-9;?]*[ -/]*[@-~])*::`, 'u')
// The runner's lines (.NET, TextReader.ReadLine).
const lineEnd = /\r\n|\r|\n/

/**
 * Text that the runner cannot take for a command: it reads `::name::` at the start of a line and `##[name]` anywhere in it.
 * What programs in the guest print goes through here.
 */
export function plainText(text: string): string {
  return text
    .split(lineEnd)
    .map((line) => (line.includes('::') && command.test(line) ? `> ${line}` : line).replaceAll('##[', '# #['))
    .join('\n')
}

/** The same for what we print of compilers, consoles, reports and trees: no control character comes of it either. */
export function plainLine(text: string): string {
  return plainText(printable(text))
}
