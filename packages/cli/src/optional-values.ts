import type { Option } from 'commander'

// Words of a command line end at their first NUL.
const bare = '\0'

/**
 * Commander lets an option with an optional value (`--gdb[=PORT]`) take the next word. For us only
 * `--gdb=PORT` gives a value, so that `run --gdb uname` runs uname: the bare form gets a value that no
 * command line has, which {@link readOptionalValues} turns into `true`.
 */
export function markOptionalValues(args: readonly string[], options: readonly Option[], stopAtOperand: boolean): readonly string[] {
  const find = (flag: string) => options.find((option) => option.long === flag || option.short === flag)
  const marked = [...args]
  for (let index = 0; index < marked.length; index++) {
    const word = marked[index] ?? ''
    if (word === '--' || (stopAtOperand && !word.startsWith('-'))) break
    const option = find(word)
    if (option?.required === true) index++
    else if (option?.optional === true) marked[index] = `${option.long ?? word}=${bare}`
  }
  return marked
}

/** Values of a parsed command: an option given without its optional value is `true`, or an empty text in its list. */
export function readOptionalValues(values: Readonly<Record<string, unknown>>, options: readonly Option[]): Record<string, unknown> {
  const optional = new Set(options.filter((option) => option.optional).map((option) => option.attributeName()))
  const read = (value: unknown): unknown =>
    value === bare ? true : Array.isArray(value) ? value.map((one: unknown) => (one === bare ? '' : one)) : value
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, optional.has(name) ? read(value) : value]))
}
