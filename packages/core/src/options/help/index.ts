import type { NamedRow } from '../table/index.ts'

/** What an option is or does, with its values and what it is without it: `acceleration: auto, kvm or tcg (default: auto)`. */
export function describeOption(row: NamedRow): string {
  const { kind, default: fallback, otherwise } = row
  const notes = [
    ...(kind === 'list' || kind === 'set' ? ['repeatable'] : []),
    ...(fallback !== undefined ? [`default: ${fallback}`] : otherwise !== undefined ? [`default: ${otherwise}`] : []),
  ]
  return `${withChoices(row)}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
}

/** The help with the allowed values after its first clause. */
export function withChoices({ help, choices }: Pick<NamedRow, 'help' | 'choices'>, quote = ''): string {
  if (choices === undefined) return help
  const quoted = choices.map((choice) => `${quote}${choice}${quote}`)
  const all = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`
  const [first = '', ...rest] = help.split('; ')
  return [`${first}: ${all}`, ...rest].join('; ')
}
