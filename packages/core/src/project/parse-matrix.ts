import { UserError, type Place } from '../errors/index.ts'
import { dimensions, type CellPattern, type Dimension, type Matrix, type MatrixConfig, type Word } from '../trials/index.ts'
import { badShape, entriesOf, unknownKey, type Spot } from './parse-block.ts'
import { allowedName } from './parse-tests.ts'
import type { Position, YamlValue } from './read-yaml.ts'

const matrixKeys = ['kernels', 'configs', 'roots', 'include', 'exclude', 'allow-fail'] as const

/** `matrix:`: what every test is combined with; values are still raw. */
export function parseMatrix(value: YamlValue, spot: Spot): Matrix {
  const entries = entriesOf(value, spot)
  for (const entry of entries) if (!matrixKeys.some((key) => key === entry.key)) throw unknownKey(entry, spot, matrixKeys)
  const find = (key: (typeof matrixKeys)[number]) => entries.find((entry) => entry.key === key)?.value
  const at = (key: string): Spot => ({ file: spot.file, path: `${spot.path}.${key}` })
  return {
    kernels: parseWords(find('kernels'), at('kernels')),
    configs: parseConfigs(find('configs'), at('configs')),
    roots: parseWords(find('roots'), at('roots')),
    include: parsePatterns(find('include'), at('include')),
    exclude: parsePatterns(find('exclude'), at('exclude')),
    allowFail: parsePatterns(find('allow-fail'), at('allow-fail')),
  }
}

/** A text or a list of texts, each once. */
function parseWords(value: YamlValue | undefined, spot: Spot): readonly Word[] {
  if (value === undefined || value.kind === 'nothing') return []
  const items = value.kind === 'list' ? value.items : [value]
  const words = items.map((item, index) => ({
    text: textOf(item, value.kind === 'list' ? within(spot, index) : spot),
    place: placeOf(spot, item.place),
  }))
  const twice = words.find(({ text }, index) => words.findIndex((other) => other.text === text) < index)
  if (twice === undefined) return words
  throw new UserError('BAD_PROJECT_FILE', `${spot.path} has '${twice.text}' twice.`, {
    hint: 'Leave one of them out.',
    place: twice.place,
  })
}

/** `NAME: [ITEM, …]`, items as `--config` takes them. */
function parseConfigs(value: YamlValue | undefined, spot: Spot): readonly MatrixConfig[] {
  if (value === undefined) return []
  return entriesOf(value, spot).map(({ key, place, value: items }) => {
    const at = placeOf(spot, place)
    if (!allowedName.test(key))
      throw new UserError(
        'BAD_PROJECT_FILE',
        `'${key}' is not the name of a configuration; allowed: letters, digits, dots, underscores and dashes.`,
        {
          hint: 'Write for instance `kasan: [kasan]`.',
          place: at,
        },
      )
    return { name: key, items: parseWords(items, { ...spot, path: `${spot.path}.${key}` }), place: at }
  })
}

function parsePatterns(value: YamlValue | undefined, spot: Spot): readonly CellPattern[] {
  if (value === undefined || value.kind === 'nothing') return []
  if (value.kind !== 'list')
    throw badShape({
      ...spot,
      place: value.place,
      seen: value,
      allowed: 'a list of cells',
      example: '[{ kernel: "debian:12", test: smoke }]',
    })
  return value.items.map((item, index) => parsePattern(item, within(spot, index)))
}

/** `{ kernel: ONE, test: [ONE, TWO] }`. */
export function parsePattern(item: YamlValue, spot: Spot): CellPattern {
  const entries = entriesOf(item, spot)
  for (const entry of entries) if (!dimensions.some((dimension) => dimension === entry.key)) throw unknownKey(entry, spot, dimensions)
  if (entries.length === 0)
    throw badShape({
      ...spot,
      place: item.place,
      seen: item,
      allowed: `one or more of ${dimensions.join(', ')}`,
      example: '{ kernel: "debian:12" }',
    })
  const values = entries.map(({ key, value: words }) => [
    key as Dimension,
    parseWords(words, { ...spot, path: `${spot.path}.${key}` }).map(({ text }) => text),
  ])
  return { values: Object.fromEntries(values), place: placeOf(spot, item.place) }
}

function textOf(value: YamlValue, spot: Spot): string {
  if (value.kind === 'text' && value.text !== '') return value.text
  throw badShape({ ...spot, place: value.place, seen: value, allowed: 'a text', example: '["ONE", "TWO"]' })
}

function within({ file, path }: Spot, index: number): Spot {
  return { file, path: `${path}[${index}]` }
}

function placeOf({ file, path }: Spot, position: Position): Place {
  return { file, key: path, ...position }
}
