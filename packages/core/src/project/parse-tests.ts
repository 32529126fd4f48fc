import { UserError } from '../errors/index.ts'
import { rowsOf, type OptionRow } from './option-rows.ts'
import { badShape, entriesOf, parseBlock, unknownKey, type ProjectBlock, type Spot } from './parse-block.ts'
import { showPlace, type YamlEntry, type YamlValue } from './read-yaml.ts'

/** One entry of `tests:`. */
export interface ProjectTest {
  readonly name: string
  /** Where it stands, as errors say it: `tests[1]`. */
  readonly path: string
  /** Shell line of the guest; absent for a test of the kernel's own suites (`kunit`). */
  readonly run: string | undefined
  /** The test's own options and those of its `vm:`, over the file's `vm:`. */
  readonly options: ProjectBlock
}

const testExample = '[{ name: smoke, run: uname -r }]'

/** Keys of a test's `vm:`. */
export const testVmRows: readonly OptionRow[] = rowsOf('vm').rows.filter(({ single }) => single !== true)

const shortcuts = ['timeout', 'format', 'kunit', 'env', 'allow', 'fail-on']

/** Options that say what passing means; they may stand beside the name of a test. */
export const testRows: readonly OptionRow[] = testVmRows.filter(({ name }) => shortcuts.includes(name))

const keys = ['name', 'run', ...testRows.map(({ name }) => name), 'vm']

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
  const options = parseOptions(value, entries, spot)
  const run = textOf(find('run'), spot)
  const isKunit = options.values['kunit'] !== undefined
  if (isKunit && run !== undefined)
    throw bad(spot.file, find('run')?.value, `${spot.path} has run and kunit.`, 'kunit runs no command: leave one of them out.')
  if (!isKunit && run === undefined)
    throw bad(spot.file, find('run')?.value ?? value, `${spot.path} has no run.`, 'each test has a name, and a run line or kunit: true.')
  return { name: parseName(find('name'), value, spot), path: spot.path, run, options }
}

/** Its name is a folder too, and a word of the command line, where a slash tells a file. */
export const allowedName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

function parseName(entry: YamlEntry | undefined, test: YamlValue, spot: Spot): string {
  const name = textOf(entry, spot)
  if (name === undefined) throw bad(spot.file, entry?.value ?? test, `${spot.path} has no name.`, 'each test has a name and a run line.')
  if (allowedName.test(name) && !/\.ya?ml$/.test(name)) return name
  const allowed = 'letters, digits, dots, underscores and dashes, 63 at most, a letter or digit first, no .yaml at its end'
  throw bad(spot.file, entry?.value, `${spot.path}.name '${name}' is not a name; allowed: ${allowed}.`, 'write for instance name: smoke.')
}

/** The shortcuts and the test's `vm:` as one block. */
function parseOptions(test: YamlValue, entries: readonly YamlEntry[], spot: Spot): ProjectBlock {
  const own = entries.filter(({ key }) => shortcuts.includes(key))
  const vm = entries.find(({ key }) => key === 'vm')
  const first = parseBlock(testRows, { kind: 'map', place: test.place, entries: own }, spot)
  if (vm === undefined) return first
  const second = parseBlock(testVmRows, vm.value, { ...spot, path: `${spot.path}.vm` })
  const twice = Object.keys(second.places).find((key) => first.places[key] !== undefined)
  if (twice === undefined) return { values: { ...first.values, ...second.values }, places: { ...first.places, ...second.places } }
  throw bad(spot.file, vm.value, `${spot.path} has ${twice} twice, in its vm too.`, 'leave one of them out.')
}

/** An empty text is none. */
function textOf(entry: YamlEntry | undefined, spot: Spot): string | undefined {
  if (entry === undefined) return undefined
  const { value } = entry
  if (value.kind === 'text') return value.text === '' ? undefined : value.text
  const path = `${spot.path}.${entry.key}`
  throw badShape({ file: spot.file, place: value.place, path, seen: value, allowed: 'a text', example: 'TEXT' })
}

function bad(file: string, value: YamlValue | undefined, message: string, hint: string): UserError {
  const place = value?.place ?? { line: 1, column: 1 }
  return new UserError('BAD_PROJECT_FILE', `${showPlace(file, place)}: ${message}`, { hint, details: { file, ...place } })
}
