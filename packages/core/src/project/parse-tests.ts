import { UserError } from '../errors/index.ts'
import { camelCase, fileRows, isGiven, type NamedRow, type RawOptions } from '../options/index.ts'
import { suiteNames, withoutCommand } from '../options/vm/index.ts'
import { badShape, entriesOf, parseBlock, unknownKey, type Spot } from './parse-block.ts'
import type { YamlEntry, YamlValue } from './read-yaml.ts'

/** One entry of `tests:`. */
export interface ProjectTest {
  readonly name: string
  /** Where it is, as errors show it: `tests[1]`. */
  readonly path: string
  /** Shell line of the guest; absent for tests that are in the kernel (`kunit`) or a suite (`kselftest`, …). */
  readonly run: string | undefined
  /** The test's own options and those of its `vm:`, over the file's `vm:`. */
  readonly options: RawOptions
}

const testExample = '[{ name: smoke, run: uname -r }]'

/** Keys of a test's `vm:`. */
export const testVmRows: readonly NamedRow[] = fileRows('vm').filter(({ commands, tests }) => commands.includes('test') || tests === true)

const shortcuts = ['timeout', 'format', 'expect', 'kunit', ...suiteNames, 'suite-dir', 'env', 'allow', 'fail-on']

/** Options that say what passing means; they may be next to the name of a test. */
export const testRows: readonly NamedRow[] = testVmRows.filter(({ name }) => shortcuts.includes(name))

const keys = ['name', 'run', ...testRows.map(({ name }) => name), 'vm']

/** `tests:`: a list of named commands. */
export function parseTests(value: YamlValue, spot: Spot): readonly ProjectTest[] {
  if (value.kind === 'nothing') return []
  if (value.kind !== 'list') throw badShape({ ...spot, place: value.place, seen: value, allowed: 'a list of tests', example: testExample })
  const tests = value.items.map((item, index) => ({ item, test: parseTest(item, { ...spot, path: `${spot.path}[${index}]` }) }))
  const seen = new Set<string>()
  for (const { item, test } of tests) {
    if (seen.has(test.name))
      throw bad(spot.file, item, `two tests are named '${test.name}'.`, 'Give each a name of its own: tests are chosen by name.')
    seen.add(test.name)
  }
  return tests.map(({ test }) => test)
}

function parseTest(value: YamlValue, spot: Spot): ProjectTest {
  const entries = entriesOf(value, spot)
  for (const entry of entries) if (!keys.includes(entry.key)) throw unknownKey(entry, spot, keys)
  const find = (key: string) => entries.find((entry) => entry.key === key)
  const options = parseOptions(value, entries, spot)
  const run = textOf(find('run'), spot)
  const [first, second] = [...(run === undefined ? [] : ['run']), ...withoutCommand.filter((name) => isGiven(options, name))]
  if (first !== undefined && second !== undefined)
    throw bad(
      spot.file,
      find(second)?.value ?? value,
      `${spot.path} has ${first} and ${second}.`,
      `Leave one of them out: ${second} runs no command${first === 'run' ? '' : ' and no other suite'}.`,
    )
  if (first === undefined)
    throw bad(
      spot.file,
      find('run')?.value ?? value,
      `${spot.path} has no run.`,
      `Give each test a name, and a run line or one of ${withoutCommand.join(', ')}.`,
    )
  return { name: parseName(find('name'), value, spot), path: spot.path, run, options }
}

/** Its name is a directory too, and a word of the command line, where a slash means a file. */
export const allowedName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

// What is written next to the directories of the tests.
const ownFiles = ['results.json', 'junit.xml', 'report.html']

function parseName(entry: YamlEntry | undefined, test: YamlValue, spot: Spot): string {
  const name = textOf(entry, spot)
  if (name === undefined) throw bad(spot.file, entry?.value ?? test, `${spot.path} has no name.`, 'Give each test a name and a run line.')
  if (ownFiles.includes(name))
    throw bad(spot.file, entry?.value, `${spot.path}.name '${name}' is the name of a file with the results.`, 'Choose another name.')
  if (allowedName.test(name) && !/\.ya?ml$/.test(name)) return name
  const allowed = 'letters, digits, dots, underscores and dashes, 63 at most, a letter or digit first, no .yaml at its end'
  throw bad(spot.file, entry?.value, `${spot.path}.name '${name}' is not a name; allowed: ${allowed}.`, 'Write for instance `name: smoke`.')
}

/** The shortcuts and the test's `vm:` as one block. */
function parseOptions(test: YamlValue, entries: readonly YamlEntry[], spot: Spot): RawOptions {
  const own = entries.filter(({ key }) => shortcuts.includes(key))
  const vm = entries.find(({ key }) => key === 'vm')
  const first = parseBlock(testRows, { kind: 'map', place: test.place, entries: own }, spot)
  if (vm === undefined) return first
  const second = parseBlock(testVmRows, vm.value, { ...spot, path: `${spot.path}.vm` })
  const twice = Object.keys(second).find((key) => first[key] !== undefined)
  if (twice === undefined) return { ...first, ...second }
  throw bad(
    spot.file,
    vm.value,
    `${spot.path} has ${own.find(({ key }) => camelCase(key) === twice)?.key ?? twice} twice, in its vm too.`,
    'Leave one of them out.',
  )
}

/** A text of nothing but blanks counts as absent: as a command it would pass. */
function textOf(entry: YamlEntry | undefined, spot: Spot): string | undefined {
  if (entry === undefined) return undefined
  const { value } = entry
  if (value.kind === 'text') return value.text.trim() === '' ? undefined : value.text
  const path = `${spot.path}.${entry.key}`
  throw badShape({ file: spot.file, place: value.place, path, seen: value, allowed: 'a text', example: 'TEXT' })
}

function bad(file: string, value: YamlValue | undefined, message: string, hint: string): UserError {
  const place = value?.place ?? { line: 1, column: 1 }
  return new UserError('BAD_PROJECT_FILE', message, { hint, place: { file, key: '', ...place } })
}
