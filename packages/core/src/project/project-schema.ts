import { blockNames, fileRows, type BlockName, type NamedRow } from '../options/index.ts'
import { withoutCommand } from '../options/vm/index.ts'
import { describeOption } from '../options/help/index.ts'
import { dimensions } from '../trials/index.ts'
import { allowedName, testRows, testVmRows } from './parse-tests.ts'

type Schema = Readonly<Record<string, unknown>>

/** JSON Schema (draft 7, which editors read) of kernelkit.yaml, of the same rows that read it. */
export function projectSchema(): Schema {
  const keys = (rows: readonly NamedRow[]): Schema =>
    Object.fromEntries(rows.map((row) => [row.name, { ...valueSchema(row), description: describeOption(row) }]))
  // A block without a value is an empty one.
  const block = (rows: readonly NamedRow[], description: string): Schema => ({
    description,
    type: ['object', 'null'],
    additionalProperties: false,
    properties: keys(rows),
  })
  const test: Schema = {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    anyOf: ['run', ...withoutCommand].map((name) => ({ required: [name] })),
    properties: {
      name: { description: 'how it is chosen, and the name of its directory', type: ['string', 'number'], pattern: allowedName.source },
      run: { description: 'shell line of the guest', type: ['string', 'number'] },
      ...keys(testRows),
      vm: block(testVmRows, "over the file's vm, for this test"),
    },
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://unpkg.com/kernelkit/kernelkit.schema.json',
    title: 'kernelkit.yaml',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(blockNames.map((name) => [name, block(fileRows(name), about[name])])),
      tests: { description: 'what `kernelkit test` runs, each in a fresh VM', type: ['array', 'null'], items: test },
      matrix: matrixSchema,
    },
  }
}

const about: Readonly<Record<BlockName, string>> = {
  kernel: 'options of `kernelkit build`',
  image: 'options of `kernelkit bake`',
  vm: 'options of `kernelkit run` and `kernelkit boot`, and of every test',
}

// Numbers count as they are written: 6.10 is not 6.1.
const text: Schema = { type: ['string', 'number'] }
const words: Schema = { anyOf: [text, { type: 'array', items: text }] }

const cells: Schema = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: Object.fromEntries(dimensions.map((name) => [name, words])),
  },
}

const matrixSchema: Schema = {
  description: 'what `kernelkit matrix` combines every test with',
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    kernels: { ...words, description: 'kernels as -k takes them; built is the kernel of `kernel:`' },
    configs: {
      description: 'configurations of the built kernel, by name, as --config takes them',
      type: 'object',
      additionalProperties: words,
    },
    roots: { ...words, description: 'roots as --root takes them' },
    include: { ...cells, description: 'cells in addition to all combinations' },
    exclude: { ...cells, description: 'combinations that are left out' },
    'allow-fail': { ...cells, description: 'cells that may fail without failing the whole' },
  },
}

function valueSchema({ kind, choices }: NamedRow): Schema {
  switch (kind) {
    case 'text':
      return choices === undefined ? text : { enum: choices }
    case 'flag':
      return { type: 'boolean' }
    case 'text-or-flag':
      return { type: ['boolean', 'string', 'number'] }
    case 'list':
    case 'set':
      return { anyOf: [text, { type: 'array', items: text }] }
  }
}
