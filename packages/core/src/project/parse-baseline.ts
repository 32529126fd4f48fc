import { UserError } from '../errors/index.ts'
import { dimensions, type KnownFailure } from '../trials/index.ts'
import { parsePattern } from './parse-matrix.ts'
import { badShape, entriesOf, unknownKey, type Spot } from './parse-block.ts'
import { readYaml, type YamlValue } from './read-yaml.ts'

const example = '[{ test: bpf, kernel: "debian:11/cloud", reason: no BTF, until: 2030-01-31 }]'

const entryKeys: readonly string[] = [...dimensions, 'reason', 'until']

/** The text of a file of known failures: which cells, why, and until when. Throws BAD_BASELINE with line and column. */
export function parseBaseline(text: string, file: string): readonly KnownFailure[] {
  const root = readYaml(text, file)
  if (root.kind === 'nothing') return []
  if (root.kind !== 'list') throw badShape({ file, place: root.place, path: '', seen: root, allowed: 'a list of known failures', example })
  return root.items.map((item, index) => parseEntry(item, { file, path: `[${index}]` }))
}

function parseEntry(value: YamlValue, spot: Spot): KnownFailure {
  const entries = entriesOf(value, spot)
  const unknown = entries.find(({ key }) => !entryKeys.includes(key))
  if (unknown !== undefined) throw unknownKey(unknown, spot, entryKeys)
  const own = entries.filter(({ key }) => key !== 'reason' && key !== 'until')
  const textOf = (key: string) => {
    const found = entries.find((entry) => entry.key === key)?.value
    return found?.kind === 'text' && found.text.trim() !== '' ? found.text.trim() : undefined
  }
  const [reason, until] = [textOf('reason'), textOf('until')]
  const refuse = (what: string) =>
    new UserError('BAD_BASELINE', `${what}.`, {
      hint: `Write each entry as ${example.slice(1, -1)}.`,
      place: { file: spot.file, key: spot.path, ...value.place },
    })
  if (reason === undefined) throw refuse('a known failure has no reason')
  if (until === undefined || !isDay(until))
    throw refuse(
      `${until === undefined ? 'a known failure has no last day (`until`)' : `until '${until}' is not a day`}; it takes a date such as 2030-01-31`,
    )
  if (own.length === 0) throw refuse(`a known failure names no ${dimensions.join(', ')}`)
  const { values } = parsePattern({ kind: 'map', place: value.place, entries: own }, spot)
  return { values, reason, until, line: value.place.line }
}

function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
