import { UserError, message, nearestName, option, type Message, type Place } from '../errors/index.ts'
import { parseKernelReference } from '../kernels/index.ts'
import { parseRoot } from '../options/vm/vm-root.ts'
import { atPlace } from '../options/given.ts'
import { builtKernel, cellName, dimensions, isMeant, type Cell, type CellPattern, type Matrix } from '../trials/index.ts'

/** What a matrix has to know about a test. */
export interface MatrixTest {
  readonly name: string
  /** It names a kernel itself. */
  readonly hasKernel: boolean
  /** It names a root, an image or an initramfs itself, or runs the kernel's own suites without one. */
  readonly hasRoot: boolean
}

export interface MatrixInput {
  readonly matrix: Matrix
  readonly tests: readonly MatrixTest[]
  /** Names of all tests that there are, chosen or not. */
  readonly allTests: readonly string[]
  /** Blocks of the file that there are. */
  readonly makes: { readonly kernel: boolean; readonly image: boolean }
}

/** Every cell, tests outermost, in the order of the file; each once. Throws BAD_MATRIX for what cannot exist, and for patterns that mean no cell. */
export function expandMatrix({ matrix, tests, allTests, makes }: MatrixInput): readonly Cell[] {
  const { include, exclude, allowFail } = matrix
  requireTests([...include, ...exclude, ...allowFail], allTests)
  const names = tests.map(({ name }) => name)
  const texts = { kernel: matrix.kernels.map(({ text }) => text), root: matrix.roots.map(({ text }) => text) }
  const product = combine({ test: names, kernel: texts.kernel, config: matrix.configs.map(({ name }) => name), root: texts.root })
  const added = include.flatMap(({ values }) =>
    // A test that was not chosen is not brought back.
    combine({
      test: (values.test ?? names).filter((name) => names.includes(name)),
      kernel: values.kernel ?? [],
      config: values.config ?? [],
      root: values.root ?? texts.root,
    }),
  )
  const kept = product.filter((cell) => !exclude.some((pattern) => isMeant(pattern, cell)))
  const cells = [...new Map([...kept, ...added].map((cell) => [cellName(cell), cell])).values()].map((cell) => ({
    ...cell,
    allowFail: allowFail.some((pattern) => isMeant(pattern, cell)),
  }))
  requireMeaning(exclude, product, names)
  requireMeaning(allowFail, cells, names)
  const byName = new Map(tests.map((test) => [test.name, test]))
  for (const cell of cells) refuseImpossible(cell, { matrix, makes, test: byName.get(cell.test) })
  if (cells.length > 0) return cells
  throw bad('the matrix has no cell left: exclude takes all of them.', {
    hint: 'Exclude less, or include a cell.',
    place: exclude[0]?.place,
  })
}

type Values = Readonly<Record<(typeof dimensions)[number], readonly string[]>>

/** The product; a dimension without values is absent from its cells. */
function combine({ test, kernel, config, root }: Values): readonly Cell[] {
  const orNone = (values: readonly string[]) => (values.length === 0 ? [undefined] : values)
  return test.flatMap((one) =>
    orNone(kernel).flatMap((k) =>
      orNone(config).flatMap((c) => orNone(root).map((r) => ({ test: one, kernel: k, config: c, root: r, allowFail: false }))),
    ),
  )
}

function requireTests(patterns: readonly CellPattern[], allTests: readonly string[]): void {
  for (const { values, place } of patterns) {
    const unknown = values.test?.find((name) => !allTests.includes(name))
    if (unknown === undefined) continue
    const near = nearestName(unknown, allTests)
    throw bad(`there is no test '${unknown}'.`, {
      hint: near === undefined ? 'Write a name of `tests:`, or remove the entry.' : `Did you mean '${near}'?`,
      place,
    })
  }
}

/** A pattern that means nothing is a typo, unless the tests that it names were left out by the command line. */
function requireMeaning(patterns: readonly CellPattern[], cells: readonly Cell[], chosen: readonly string[]): void {
  for (const pattern of patterns) {
    if (cells.some((cell) => isMeant(pattern, cell))) continue
    if (pattern.values.test?.some((name) => !chosen.includes(name)) === true) continue
    const values = dimensions.flatMap((dimension) => pattern.values[dimension]?.map((value) => `${dimension} ${value}`) ?? [])
    throw bad(`no cell of the matrix has ${values.join(', ')}.`, {
      hint: 'Write the values as the matrix has them, or remove the entry.',
      place: pattern.place,
    })
  }
}

interface Surroundings {
  readonly matrix: Matrix
  readonly makes: MatrixInput['makes']
  readonly test: MatrixTest | undefined
}

/** Two values of one cell that contradict each other. */
function refuseImpossible(cell: Cell, { matrix, makes, test }: Surroundings): void {
  const { kernel, config, root } = cell
  const kernelPlace = matrix.kernels.find(({ text }) => text === kernel)?.place
  const rootPlace = matrix.roots.find(({ text }) => text === root)?.place
  const impossible = (pair: readonly [string, string], why: Message, place: Place | undefined) => {
    throw bad(message`${pair[0]} and ${pair[1]} cannot be one cell: ${why}.`, {
      hint: 'Exclude the pair (`matrix: { exclude: [{ … }] }`), or include only the cells that can exist.',
      place,
    })
  }
  if (kernel !== undefined && kernel !== builtKernel) {
    atPlace(kernelPlace, () => parseKernelReference(kernel))
    if (config !== undefined)
      impossible([`kernel ${kernel}`, `config ${config}`], 'only the kernel of `kernel:` (`built`) is configured', kernelPlace)
  }
  if ((kernel === builtKernel || config !== undefined) && !makes.kernel)
    impossible(
      [`test ${cell.test}`, kernel === builtKernel ? `kernel ${builtKernel}` : `config ${config ?? ''}`],
      'the file has no block `kernel:`',
      kernelPlace ?? matrix.configs[0]?.place,
    )
  if (test?.hasKernel === true && (kernel !== undefined || config !== undefined))
    impossible(
      [`test ${cell.test}`, kernel === undefined ? `config ${config ?? ''}` : `kernel ${kernel}`],
      'the test names its own kernel',
      kernelPlace,
    )
  if (root === undefined) return
  atPlace(rootPlace, () => parseRoot(root))
  if (test?.hasRoot === true)
    impossible(
      [`test ${cell.test}`, `root ${root}`],
      message`the test has its own root (${option('image')}, ${option('kunit')}, …)`,
      rootPlace,
    )
  if (root === 'image' && !makes.image) impossible([`test ${cell.test}`, 'root image'], 'the file has no block `image:`', rootPlace)
}

function bad(text: Message, { hint, place }: { readonly hint: string; readonly place: Place | undefined }): UserError {
  return new UserError('BAD_MATRIX', text, { hint, place })
}
