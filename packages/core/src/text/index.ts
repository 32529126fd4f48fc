// ECMA-48: colours and other attributes of letters.
const colours = new RegExp(String.raw`\u001B\[[0-9;:]*m`, 'g')
// C0 without tab and line feed, DEL and C1; line separators of Unicode; marks that turn the direction of what follows.
const forbidden = '\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069'
const controls = new RegExp(`[${forbidden}]`, 'g')
const controlRuns = new RegExp(`[${forbidden}]+`, 'g')
const anyControl = new RegExp(`[${forbidden}]`)

/**
 * Text of a guest, a log or a tree as it may reach a terminal: control characters are shown as `\x1b`, not sent, so that nothing renames the window,
 * fills the clipboard, moves the cursor or reads as another text than it is. Colours are dropped. Line feeds and tabs stay.
 */
export function printable(text: string): string {
  if (!anyControl.test(text)) return text
  return text.replaceAll(colours, '').replaceAll(controls, escapeControl)
}

function escapeControl(letter: string): string {
  if (letter === '\r') return String.raw`\r`
  const code = letter.charCodeAt(0)
  return code < 0x100 ? String.raw`\x` + code.toString(16).padStart(2, '0') : String.raw`\u` + code.toString(16)
}

/** Text in which `replacement` is put for each run of the characters that `printable` does not let through. */
export function replaceControls(text: string, replacement: (run: string) => string): string {
  return anyControl.test(text) ? text.replaceAll(controlRuns, replacement) : text
}

/** JSON that means the same, without the control characters that `JSON.stringify` leaves as they are. */
export function printableJson(json: string): string {
  return anyControl.test(json)
    ? json.replaceAll(controls, (letter) => String.raw`\u` + letter.charCodeAt(0).toString(16).padStart(4, '0'))
    : json
}

// The runner trims all white space of Unicode from the start of a line, U+0085 too, before it looks for a command (.NET, String.TrimStart);
// what is not seen at all (format characters, controls, colours) may hide one from a reader.
const runnerCommand = new RegExp(String.raw`^(?:[\s\p{Cc}\p{Cf}\p{Z}]|\u001B\[[0-9;?]*[ -/]*[@-~])*::`, 'u')
// The runner's lines (.NET, TextReader.ReadLine).
const lineEnd = /\r\n|\r|\n/

/**
 * Text that the runner cannot take for a command: it reads `::name::` at the start of a line and `##[name]` anywhere in it.
 * What programs in the guest print goes through here.
 */
export function plainText(text: string): string {
  return text
    .split(lineEnd)
    .map((line) => (line.includes('::') && runnerCommand.test(line) ? `> ${line}` : line).replaceAll('##[', '# #['))
    .join('\n')
}

/** The same for what we print of compilers, consoles, reports and trees: no control character comes of it either. */
export function plainLine(text: string): string {
  return plainText(printable(text))
}

/** How text of others is printed here: in a step of GitHub Actions, whichever program it runs, its runner must take no line for a command. */
export function printableFor(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  return env['GITHUB_ACTIONS'] === 'true' ? plainLine : printable
}
