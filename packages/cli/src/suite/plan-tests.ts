import { join, resolve } from 'node:path'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import {
  applyProjectFile,
  applyTest,
  chooseTests,
  locatePaths,
  placesOf,
  reachingValues,
  toOption,
  type ProjectTest,
} from '@kernelkit/core/project'
import {
  camelCase,
  commandRows,
  flagOption,
  listOption,
  textOption,
  type BlockName,
  type ImageSpec,
  type KernelSpec,
  type RawOptions,
  type TestsSpec,
} from '@kernelkit/core/options'
import { parseImageSpec, parseKernelSpec } from '@kernelkit/core/options/build'
import { parseTestsSpec } from '@kernelkit/core/options/commands'
import { parseVmSpec, suiteNames } from '@kernelkit/core/options/vm'
import { cellDirectories, cellName, type Cell } from '@kernelkit/core/trials'
import { openProjectFile, type Host } from '@kernelkit/host'
import { namesSuite, suiteTests, suiteTitle } from './suite-tests.ts'
import { chooseCells, pickCells, type CellSource } from './choose-cells.ts'
import type { ReadyTest } from './run-tests.ts'

/** Everything that `kernelkit test` and `matrix` will do, known before the first of it is begun. */
export interface TestPlan {
  /** Absolute. */
  readonly path: string
  /** Where the tests are named, for messages. */
  readonly file: string
  /** Where builds, bakes and tests run, wherever the command was given. */
  readonly directory: string
  readonly spec: TestsSpec
  /** What is made first, one for each configuration; none when no chosen test takes it. */
  readonly kernels: readonly { readonly config: string | undefined; readonly spec: KernelSpec }[]
  readonly image: { readonly spec: ImageSpec; readonly force: boolean } | undefined
  readonly tests: readonly PlannedTest[]
  /** Directory for the evidence of all, as it was given. */
  readonly evidence: string | undefined
  /** All cells and what they run, also those of other shards. */
  readonly allCells: readonly { readonly name: string; readonly run: string | undefined; readonly cell: Cell }[]
}

export interface PlannedTest {
  /** Of the cell; without a matrix that of the test. */
  readonly name: string
  readonly cell: Cell
  /** Shell line; absent for the tests of a suite. */
  readonly run: string | undefined
  /** What runs without a shell line. */
  readonly suite: string
  /** What of `kernel:` and `image:` it takes. */
  readonly takes: { readonly kernel: boolean; readonly image: boolean }
  /** The test with what was made for it; `evidence` takes a directory of its name, where no other was given. */
  readonly ready: (made: MadeFiles & { readonly evidence: string }) => ReadyTest
}

/** What was made before the tests. */
export interface MadeFiles {
  /** By the name of its configuration; that of the file itself has none. */
  readonly kernels: ReadonlyMap<string | undefined, string>
  /** Why a configuration has no kernel: its cells fail with that. */
  readonly failures: ReadonlyMap<string | undefined, UserError>
  readonly image: string | undefined
}

export const nothingMade: MadeFiles = { kernels: new Map(), failures: new Map(), image: undefined }

/** Options of the whole, not of a VM. */
const ofWhole = [
  ...Object.keys(commandRows.test),
  ...Object.keys(commandRows.repeats),
  ...Object.keys(commandRows.suites),
  ...Object.keys(commandRows.matrix).filter((name) => name !== 'kernel'),
  'trust-project',
  ...suiteNames,
  'suite-dir',
].map(camelCase)

export interface PlanTestsInput {
  readonly path: string
  readonly names: readonly string[]
  readonly options: RawOptions
  /** `matrix`: every test in each of its cells. */
  readonly cells: 'tests' | 'matrix'
}

/** The file, the chosen tests and the command line as specs; whatever is wrong with them is reported here. */
export async function planTests(host: Host, { path, names, options, cells: source }: PlanTestsInput): Promise<TestPlan> {
  const { file, directory, locatorOf, requireConsent } = await openProjectFile(host, path, {
    trusted: flagOption(options, 'trustProject'),
    mayLack: namesSuite(options),
  })
  const arch = hostArch(host.nodeArch)
  const located = locatePaths('vm', options, { at: (name) => resolve(host.cwd, name), hasConfig: () => false })
  const given = Object.fromEntries(Object.entries(located).filter(([key]) => !ofWhole.includes(key)))
  const locator = await locatorOf('vm')
  const suites = suiteTests(located, names)
  const chosen = suites ?? chooseTests(file, names)
  const cells: CellSource =
    source === 'tests'
      ? cellsOfTests(chosen, { given, named: listOption(options, 'cell') })
      : chooseCells({ file, tests: chosen, options, given, locator })
  if (suites === undefined && listOption(options, 'cell').length === 0)
    for (const name of names) if (!cells.all.some(({ test }) => test === name)) throw noCell(name)
  const applied = cells.cells.map(({ cell, given: own }) => {
    const test = chosen.find(({ name }) => name === cell.test) ?? missing(cell.test)
    const one = { cell, test, ...applyTest({ file, test, given: own, locator, hostArch: arch }) }
    if ((cell.kernel !== undefined || cell.config !== undefined) && own['kernel'] === undefined && !one.takes.kernel) throw ownKernel(cell)
    return one
  })
  const blockOptions = async (block: BlockName, command: string, more: RawOptions): Promise<RawOptions> =>
    applyProjectFile({ file, block, command, given: more, words: [], locator: await locatorOf(block), hostArch: arch }).options
  const image = applied.some(({ takes }) => takes.image) ? await blockOptions('image', 'bake', {}) : undefined
  const configs = [...new Set(applied.filter(({ takes }) => takes.kernel).map(({ cell }) => cell.config))]
  const kernels = await Promise.all(
    configs.map(async (config) => {
      const items = cells.configs.find(({ name }) => name === config)?.items ?? []
      const more = items.length === 0 ? {} : { config: items.map(toOption) }
      return { config, options: await blockOptions('kernel', 'build', locatePaths('kernel', more, await locatorOf('kernel'))) }
    }),
  )
  await requireConsent([
    ...kernels.flatMap(({ options: one }) => reachingValues('kernel', one)),
    ...(image === undefined ? [] : reachingValues('image', image)),
    ...applied.flatMap((test) => reachingValues('vm', test.options)),
  ])
  const titles = applied.map(({ cell }) => cellName(cell))
  const directories = cellDirectories(titles)
  return {
    path,
    file: suites === undefined ? file.name : 'the command line',
    directory,
    spec: parseTestsSpec(options),
    evidence: textOption(options, 'evidence'),
    allCells: cells.all.map((cell) => ({ cell, name: cellName(cell), run: chosen.find(({ name }) => name === cell.test)?.run })),
    kernels: kernels.map(({ config, options: one }) => ({ config, spec: parseKernelSpec(one, [], { arch: parseArch(arch) }) })),
    image: image === undefined ? undefined : { spec: parseImageSpec(image, { hostArch: arch }), force: flagOption(image, 'force') },
    tests: applied.map(({ cell, test, options: own, takes: taken }, index) => {
      const spec = parseVmSpec(own, { command: 'run' })
      const [name, within] = [titles[index] ?? test.name, directories[index] ?? test.name]
      const ready: PlannedTest['ready'] = ({ kernels: built, failures, image: made, evidence }) => ({
        name,
        failure: taken.kernel ? failures.get(cell.config) : undefined,
        argv: test.run === undefined ? [] : ['/bin/sh', '-c', test.run],
        wanted: {
          spec,
          command: 'run',
          isCell: source === 'matrix',
          reader: { door: suites === undefined ? 'file' : 'command', places: placesOf(own) },
          made: { kernel: taken.kernel ? built.get(cell.config) : undefined, image: taken.image ? made : undefined },
          evidence: join(spec.evidence ?? evidence, within),
          artifacts: spec.artifacts === undefined ? undefined : { path: join(spec.artifacts, within), isOptional: false },
        },
      })
      return { name, cell, run: test.run, suite: suiteTitle(spec), takes: taken, ready }
    }),
  }
}

function cellsOfTests(
  tests: readonly ProjectTest[],
  { given, named }: { readonly given: RawOptions; readonly named: readonly string[] },
): CellSource {
  const none = { kernel: undefined, config: undefined, root: undefined, allowFail: false }
  const all = tests.map(({ name }) => ({ test: name, ...none }))
  return { cells: pickCells(all, named).map((cell) => ({ cell, given })), all, configs: [] }
}

function missing(name: string): never {
  throw new TypeError(`no test ${name}`)
}

/** A test of the command line that `exclude` takes out of the matrix would be left out without any message. */
function noCell(name: string): UserError {
  return new UserError('BAD_MATRIX', `the matrix has no cell of the test '${name}': \`exclude\` takes all of them.`, {
    hint: 'Leave the name out, or exclude less.',
    details: { test: name },
  })
}

/** `built` where the file's `vm:` names a kernel. */
function ownKernel(cell: Cell): UserError {
  return new UserError(
    'BAD_MATRIX',
    `${cellName(cell)} cannot exist: \`vm:\` names another kernel than that of \`kernel:\`, or another architecture.`,
    {
      hint: 'Remove `kernel` and `arch` from `vm:`; a matrix names the kernels itself.',
      details: { cell: cellName(cell) },
    },
  )
}
