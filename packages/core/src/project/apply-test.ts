import { parseArch } from '../arch/index.ts'
import { camelCase, fileRows, givenOptions, isGiven, textOption, vmRows, type RawOptions } from '../options/index.ts'
import { mergeOptions } from './merge-options.ts'
import { parseVmSpec, suiteNames, withoutCommand } from '../options/vm/index.ts'
import { readOption } from '../options/given.ts'
import { locatePaths, type Locator } from './locate-paths.ts'
import type { ProjectFile } from './parse-project-file.ts'
import { testVmRows, type ProjectTest } from './parse-tests.ts'

export interface ApplyTestInput {
  readonly file: ProjectFile
  readonly test: ProjectTest
  /** Options of the command line, paths absolute. */
  readonly given: RawOptions
  readonly locator: Locator
  readonly hostArch: string
}

/** What a test's VM is asked for, and which products of the file's other blocks it takes. */
export interface AppliedTest {
  /** For `parseVmSpec`; kernel and image of the project are not in it. */
  readonly options: RawOptions
  /** It runs the kernel of `kernel:`, the image of `image:`. */
  readonly takes: { readonly kernel: boolean; readonly image: boolean }
}

/** The file's `vm:` below the test's own options below the command line: located and merged. */
export function applyTest({ file, test, given, locator, hostArch }: ApplyTestInput): AppliedTest {
  const hasSuite = suiteNames.some((name) => isGiven(test.options, name))
  const ofVm = locatePaths('vm', file.blocks.vm ?? {}, locator)
  const own = locatePaths('vm', test.options, locator)
  // Next to the kernel's own suites there is no command and no root: what the others get of them is not meant for it.
  const spared = isGiven(test.options, 'kunit') ? vmRows.kunit.refuses.map(({ option }) => camelCase(option)) : []
  const [ofFile, left] = split(ofVm, [...singleVmOnly, ...withoutCommand, ...(hasSuite ? [] : ['suiteDir'])])
  const ofTest = mergeOptions({ block: 'vm', defaults: ofFile, given: own, words: [] })
  const [near] = split(given, spared)
  const merged = mergeOptions({ block: 'vm', defaults: ofTest.options, given: near, words: [] })
  for (const unused of [left, ofTest.unused, merged.unused]) parseVmSpec(unused, { command: 'run' })
  const options = { ...givenOptions({ timeout: hasSuite ? suiteTimeout : defaultTimeout }), ...merged.options }
  const needsRoot = [undefined, 'auto', 'image'].includes(textOption(options, 'root'))
  const archOf = (values: RawOptions) => (readOption(values, 'arch', parseArch) ?? parseArch(hostArch)).name
  const isOfArch = (block: RawOptions) => options['arch'] === undefined || archOf(options) === archOf(block)
  const { kernel, image } = file.blocks
  return {
    options,
    takes: {
      kernel: kernel !== undefined && options['kernel'] === undefined && isOfArch(kernel),
      image: image !== undefined && needsRoot && isOfArch(image) && ['image', 'initrd', 'kunit'].every((name) => !isGiven(options, name)),
    },
  }
}

// A test that never ends is worse than one that is ended too early: its limit can be raised.
const defaultTimeout = '10m'
// Its tests have limits of their own.
const suiteTimeout = '1h'

const singleVmOnly = fileRows('vm').flatMap(({ name }) => (testVmRows.some((row) => row.name === name) ? [] : [camelCase(name)]))

/** The options without these keys, and these alone. */
function split(options: RawOptions, keys: readonly string[]): readonly [RawOptions, RawOptions] {
  const part = (isIn: boolean) => Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key) === isIn))
  return [part(false), part(true)]
}
