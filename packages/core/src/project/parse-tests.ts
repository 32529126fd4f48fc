import { UserError } from '../errors/index.ts'
import { parseDurationMs } from '../spec/quantity.ts'
import { badShape, entriesOf, parseBlock, unknownKey, type ProjectBlock, type Spot } from './parse-block.ts'
import { showPlace, type YamlEntry, type YamlValue } from './read-yaml.ts'

/** One entry of `tests:`. */
export interface ProjectTest {
  readonly name: string
  /** Shell line of the guest. */
  readonly run: string
  readonly timeoutMs: number | undefined
  readonly format: TestFormat
  /** Over the file's own `vm:`. */
  readonly vm: ProjectBlock | undefined
}

const testFormats = ['auto', 'exit', 'tap', 'ktap'] as const
export type TestFormat = (typeof testFormats)[number]

const testExample = '[{ name: smoke, run: uname -r }]'

const keys = ['name', 'run', 'timeout', 'format', 'vm']

/** `tests:`: a list of named commands. */
export function parseTests(value: YamlValue, spot: Spot): readonly ProjectTest[] {
  if (value.kind === 'nothing') return []
  if (value.kind !== 'list') throw badShape({ ...spot, place: value.place, seen: value, allowed: 'a list of tests', example: testExample })
  const tests = value.items.map((item, index) => ({ item, test: parseTest(item, { ...spot, path: `${spot.path}[${index}]` }) }))
  for (const [index, { item, test }] of tests.entries()) {
    if (!tests.slice(0, index).some((before) => before.test.name === test.name)) continue
    throw bad(spot.file, item, `two tests are named '${test.name}'.`, 'give each a name of its own: it is how one is chosen.')
  }
  return tests.map(({ test }) => test)
}

function parseTest(value: YamlValue, spot: Spot): ProjectTest {
  const entries = entriesOf(value, spot)
  for (const entry of entries) if (!keys.includes(entry.key)) throw unknownKey(entry, spot, keys)
  const find = (key: string) => entries.find((entry) => entry.key === key)
  const needed = (key: string): string => {
    const text = textOf(find(key), spot)
    if (text !== undefined && text !== '') return text
    throw bad(spot.file, find(key)?.value ?? value, `${spot.path} has no ${key}.`, 'each test has at least a name and a run line.')
  }
  const vm = find('vm')
  return {
    name: needed('name'),
    run: needed('run'),
    timeoutMs: parseTimeout(find('timeout'), spot),
    format: parseFormat(find('format'), spot),
    vm: vm === undefined ? undefined : parseBlock('vm', vm.value, { ...spot, path: `${spot.path}.vm` }),
  }
}

function textOf(entry: YamlEntry | undefined, spot: Spot): string | undefined {
  if (entry === undefined) return undefined
  if (entry.value.kind === 'text') return entry.value.text
  const { value } = entry
  throw badShape({
    file: spot.file,
    place: value.place,
    path: `${spot.path}.${entry.key}`,
    seen: value,
    allowed: 'a text',
    example: 'TEXT',
  })
}

function parseTimeout(entry: YamlEntry | undefined, spot: Spot): number | undefined {
  const text = textOf(entry, spot)
  if (entry === undefined || text === undefined) return undefined
  try {
    return parseDurationMs(text, { name: 'timeout' })
  } catch (cause) {
    throw cause instanceof UserError
      ? bad(spot.file, entry.value, `${spot.path}: ${cause.message}`, 'write for instance timeout: 60s.')
      : cause
  }
}

function parseFormat(entry: YamlEntry | undefined, spot: Spot): TestFormat {
  const text = textOf(entry, spot)
  const found = testFormats.find((format) => format === text)
  if (text === undefined || found !== undefined) return found ?? 'auto'
  throw bad(
    spot.file,
    entry?.value,
    `${spot.path}.format '${text}' is not known; allowed: ${testFormats.join(', ')}.`,
    'leave it out for auto.',
  )
}

function bad(file: string, value: YamlValue | undefined, message: string, hint: string): UserError {
  const place = value?.place ?? { line: 1, column: 1 }
  return new UserError('BAD_PROJECT_FILE', `${showPlace(file, place)}: ${message}`, { hint, details: { file, ...place } })
}
