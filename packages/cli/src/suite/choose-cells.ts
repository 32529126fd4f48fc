import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import { expandMatrix, locatePaths, type Locator, type ProjectFile, type ProjectTest } from '@kernelkit/core/project'
import { flagOption, isGiven, listOption, type RawOptions } from '@kernelkit/core/options'
import { builtKernel, cellName, type Cell, type Matrix, type MatrixConfig } from '@kernelkit/core/trials'

/** The cells of one command, each with the options of its VM that are nearer than the file's. */
export interface CellSource {
  readonly cells: readonly { readonly cell: Cell; readonly given: RawOptions }[]
  /** All of the matrix: with --shard those of the other shards too, else the same. */
  readonly all: readonly Cell[]
  readonly configs: readonly MatrixConfig[]
}

export interface ChooseCellsInput {
  readonly file: ProjectFile
  readonly tests: readonly ProjectTest[]
  /** Of the command line, as given. */
  readonly options: RawOptions
  /** Those of them that are meant for every VM, with absolute paths. */
  readonly given: RawOptions
  /** Of the file. */
  readonly locator: Locator
}

/** More is most often a mistake: at ten seconds a cell it is three hours of one machine. */
const mostUnasked = 1000

/** The cells of `matrix:` for these tests; -k and --root of the command line are there instead of the file's kernels and roots. */
export function chooseCells({ file, tests, options, given, locator }: ChooseCellsInput): CellSource {
  const kernels = listOption(options, 'kernel')
  const { kernel: ownKernels = [], root: ownRoot = [], ...others } = given
  const matrix = withCommandLine(file.matrix, { kernels, root: listOption(options, 'root') })
  if (matrix === undefined) {
    throw new UserError('BAD_MATRIX', `${file.name} has no matrix:, and no kernel is named.`, {
      hint: message`Name kernels with ${option('kernel', 'debian:12/cloud')}, once for each, or write \`matrix: { kernels: ["debian:12/cloud", built] }\`.`,
    })
  }
  const vm = { ...file.blocks.vm, ...given }
  const all = expandMatrix({
    matrix,
    tests: tests.map((test) => ({
      name: test.name,
      hasKernel: isGiven(test.options, 'kernel'),
      hasRoot: ['root', 'image', 'initrd', 'kunit'].some((name) => isGiven(test.options, name)),
    })),
    allTests: [...new Set([...file.tests, ...tests].map(({ name }) => name))],
    makes: { kernel: file.blocks.kernel !== undefined, image: file.blocks.image !== undefined || isGiven(vm, 'image') },
  })
  const cells = pickCells(all, listOption(options, 'cell'))
  if (cells.length > mostUnasked && !flagOption(options, 'yes')) throw tooLarge(cells.length, tests.length)
  const optionsOf = ({ kernel, root }: Cell): RawOptions => {
    const word = (text: string | undefined, known: Matrix['kernels']) =>
      text === undefined ? [] : [{ value: text, place: known.find((one) => one.text === text)?.place ?? anyPlace(file) }]
    const located = locatePaths(
      'vm',
      { kernel: kernel === builtKernel ? [] : word(kernel, matrix.kernels), root: word(root, matrix.roots) },
      locator,
    )
    // The command line's paths are meant from the working directory.
    const near = ownKernels.find((_, index) => kernels[index] === kernel)
    return {
      ...others,
      ...withoutEmpty({
        kernel: near === undefined ? (located['kernel'] ?? []) : kernel === builtKernel ? [] : [near],
        root: ownRoot.length > 0 ? ownRoot : (located['root'] ?? []),
        // A root of the command line or of a cell would override the image of `vm:`, which it means.
        image:
          root === 'image' ? (given['image'] ?? locatePaths('vm', { image: file.blocks.vm?.['image'] ?? [] }, locator)['image'] ?? []) : [],
      }),
    }
  }
  return {
    cells: cells.map((cell) => ({ cell, given: optionsOf(cell) })),
    all: isGiven(options, 'shard') ? all : cells,
    configs: matrix.configs,
  }
}

function withCommandLine(
  matrix: Matrix | undefined,
  { kernels, root }: { readonly kernels: readonly string[]; readonly root: readonly string[] },
): Matrix | undefined {
  if (matrix === undefined && kernels.length === 0) return undefined
  const base = matrix ?? { kernels: [], configs: [], roots: [], include: [], exclude: [], allowFail: [] }
  const words = (texts: readonly string[]) => [...new Set(texts)].map((text) => ({ text, place: undefined }))
  if (kernels.length === 0) return root.length === 0 ? base : { ...base, roots: [] }
  // Patterns of the file that name other kernels mean cells that are not there now.
  const isAbout = ({ values }: Matrix['exclude'][number]) =>
    values.kernel === undefined || values.kernel.some((one) => kernels.includes(one))
  return {
    kernels: words(kernels),
    configs: kernels.includes(builtKernel) ? base.configs : [],
    roots: root.length === 0 ? base.roots : [],
    include: [],
    exclude: base.exclude.filter(isAbout),
    allowFail: base.allowFail.filter(isAbout),
  }
}

/** Those that `--cell` names; all without it. */
export function pickCells(all: readonly Cell[], names: readonly string[]): readonly Cell[] {
  const known = all.map(cellName)
  for (const name of names) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    throw new UserError('BAD_MATRIX', message`${option('cell', name)}: the matrix has no such cell.`, {
      hint: near === undefined ? message`List the cells with ${option('dry-run')}.` : message`Did you mean ${option('cell', near)}?`,
      details: { seen: name, cells: known.length },
    })
  }
  return names.length === 0 ? all : all.filter((cell) => names.includes(cellName(cell)))
}

function tooLarge(cells: number, tests: number): UserError {
  return new UserError('BAD_MATRIX', `this matrix has ${cells} cells (${tests} tests in ${Math.round(cells / tests)} combinations each).`, {
    hint: message`Choose fewer with the names of tests, ${option('kernel')} or \`exclude:\`; add ${option('yes')} to run all of them.`,
    details: { cells, allowed: mostUnasked },
  })
}

function withoutEmpty(options: RawOptions): RawOptions {
  return Object.fromEntries(Object.entries(options).filter(([, values]) => values.length > 0))
}

/** Of a value that only a pattern names: consent is asked for it all the same. */
function anyPlace(file: ProjectFile) {
  return { file: file.name, key: 'matrix', line: 1, column: 1 }
}
