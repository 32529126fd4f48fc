import { parseArch } from '../arch/index.ts'
import { textOption, type RawRecord } from '../options/index.ts'
import { checkBlock } from './check-block.ts'
import { locatePaths, type Locator } from './locate-paths.ts'
import { mergeOptions } from './merge-options.ts'
import { rawKey, rowsOf } from './option-rows.ts'
import type { ProjectBlock } from './parse-block.ts'
import type { ProjectFile } from './parse-project-file.ts'
import type { ProjectTest } from './parse-tests.ts'

export interface ApplyTestInput {
  readonly file: ProjectFile
  readonly test: ProjectTest
  /** Options of the command line, camelCase, paths absolute. */
  readonly given: RawRecord
  readonly locator: Locator
  readonly hostArch: string
}

/** What a test's VM is asked for, and which products of the file's other blocks it takes. */
export interface AppliedTest {
  /** For the parser of `core/options`; kernel and image of the project are not in it. */
  readonly options: RawRecord
  /** It runs the kernel of `kernel:`, the image of `image:`. */
  readonly takes: { readonly kernel: boolean; readonly image: boolean }
}

/** The file's `vm:` below the test's own options below the command line: checked, located, merged. */
export function applyTest({ file, test, given, locator, hostArch }: ApplyTestInput): AppliedTest {
  const ofVm = locatePaths('vm', file.blocks.vm?.values ?? {}, locator)
  const own = locatePaths('vm', test.options.values, locator)
  const { vm } = file.blocks
  if (vm !== undefined) checkBlock({ file: file.name, name: 'vm', path: 'vm', block: vm, values: ofVm, command: 'test', hostArch })
  checkBlock({ file: file.name, name: 'vm', path: test.path, block: test.options, values: own, command: 'test', hostArch })
  // Beside the kernel's own suites there is no command and no root: what the others get of them is not meant for it.
  const spared = test.run === undefined ? besideKunit : []
  const ofFile = without(ofVm, [...ofOneVm, 'kunit'])
  const ofTest = mergeOptions({ block: 'vm', defaults: ofFile, given: own, words: [] }).options
  const merged = mergeOptions({ block: 'vm', defaults: ofTest, given: without(given, spared), words: [] }).options
  const options: RawRecord = { ...merged, timeout: merged['timeout'] ?? defaultTimeout }
  const needsRoot = [undefined, 'auto', 'image'].includes(textOption(options, 'root'))
  const isOfArch = (block: ProjectBlock) => options['arch'] === undefined || archOf(options) === archOf(block.values)
  const archOf = (values: RawRecord) => parseArch(textOption(values, 'arch') ?? hostArch).name
  const { kernel, image } = file.blocks
  return {
    options,
    takes: {
      kernel: kernel !== undefined && options['kernel'] === undefined && isOfArch(kernel),
      image: image !== undefined && needsRoot && isOfArch(image) && ['image', 'initrd', 'kunit'].every((key) => options[key] === undefined),
    },
  }
}

// A test that never ends is worse than one that is ended too early: its limit can be raised.
const defaultTimeout = '10m'

const ofOneVm = rowsOf('vm').rows.flatMap(({ name, single }) => (single === true ? [rawKey(name)] : []))

const besideKunit = rowsOf('vm').rivalries.flatMap((rivalry) => (rivalry.given.includes('kunit') ? rivalry.setAside.map(rawKey) : []))

function without(options: RawRecord, keys: readonly string[]): RawRecord {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !keys.includes(key)))
}
