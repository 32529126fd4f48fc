import { blockNames, rowsOf, type BlockName, type OptionRow } from './option-rows.ts'
import { allowedName, testRows, testVmRows } from './parse-tests.ts'

type Schema = Readonly<Record<string, unknown>>

/** What an option means, for those who write the file in an editor. */
export type DescribeOption = (block: BlockName, name: string) => string | undefined

/** JSON Schema (draft 7, which editors read) of kernelkit.yaml, of the same rows that read it. */
export function projectSchema(describe: DescribeOption): Schema {
  const keys = (block: BlockName, rows: readonly OptionRow[]): Schema =>
    Object.fromEntries(
      rows.map((row) => {
        const description = describe(block, row.name)
        return [row.name, { ...valueSchema(row), ...(description === undefined ? {} : { description }) }]
      }),
    )
  // A block without a value is an empty one.
  const block = (name: BlockName, rows: readonly OptionRow[], description: string): Schema => ({
    description,
    type: ['object', 'null'],
    additionalProperties: false,
    properties: keys(name, rows),
  })
  const test: Schema = {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    anyOf: [{ required: ['run'] }, { required: ['kunit'] }],
    properties: {
      name: { description: 'how it is chosen, and the name of its folder', type: ['string', 'number'], pattern: allowedName.source },
      run: { description: 'shell line of the guest', type: ['string', 'number'] },
      ...keys('vm', testRows),
      vm: block('vm', testVmRows, "over the file's vm, for this test"),
    },
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://unpkg.com/kernelkit/kernelkit.schema.json',
    title: 'kernelkit.yaml',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(blockNames.map((name) => [name, block(name, rowsOf(name).rows, about[name])])),
      tests: { description: 'what `kernelkit test` runs, each in a fresh VM', type: ['array', 'null'], items: test },
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

function valueSchema({ kind, choices }: OptionRow): Schema {
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
