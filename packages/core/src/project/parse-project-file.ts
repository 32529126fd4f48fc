import { blockNames, fileRows, type BlockName, type RawOptions } from '../options/index.ts'
import { badShape, parseBlock, unknownKey } from './parse-block.ts'
import type { Matrix } from '../trials/index.ts'
import { parseMatrix } from './parse-matrix.ts'
import { parseTests, type ProjectTest } from './parse-tests.ts'
import { readYaml } from './read-yaml.ts'

/** What kernelkit.yaml says: every block and key is known; values are still raw, paths as they were written. */
export interface ProjectFile {
  /** Name for messages. */
  readonly name: string
  readonly blocks: Readonly<Partial<Record<BlockName, RawOptions>>>
  readonly tests: readonly ProjectTest[]
  /** What `kernelkit matrix` combines the tests with. */
  readonly matrix: Matrix | undefined
}

const fileKeys = [...blockNames, 'tests', 'matrix']

/** The text of a kernelkit.yaml; an empty one only marks the project. Throws BAD_PROJECT_FILE with line and column. */
export function parseProjectFile(text: string, name: string): ProjectFile {
  const root = readYaml(text, name)
  if (root.kind === 'nothing') return { name, blocks: {}, tests: [], matrix: undefined }
  if (root.kind !== 'map') {
    const allowed = `the keys ${fileKeys.join(', ')}`
    throw badShape({ file: name, place: root.place, path: '', seen: root, allowed, example: 'vm: { memory: 1G }' })
  }
  const blocks: Partial<Record<BlockName, RawOptions>> = {}
  let tests: readonly ProjectTest[] = []
  let matrix: Matrix | undefined
  for (const entry of root.entries) {
    const block = blockNames.find((known) => known === entry.key)
    if (block !== undefined) blocks[block] = parseBlock(fileRows(block), entry.value, { file: name, path: block })
    else if (entry.key === 'tests') tests = parseTests(entry.value, { file: name, path: 'tests' })
    else if (entry.key === 'matrix') matrix = parseMatrix(entry.value, { file: name, path: 'matrix' })
    else throw unknownKey(entry, { file: name, path: '' }, fileKeys)
  }
  return { name, blocks, tests, matrix }
}
