import { readFileSync } from 'node:fs'
import { UserError } from '@kernelkit/core/errors'
import { blockNames, blockRows, rawKey, type BlockName, type OptionRow } from '@kernelkit/core/project'
import { parseImageSpec, parseKernelSpec, parseVmSpec } from '@kernelkit/core/options'
import { parseArch } from '@kernelkit/core/arch'
import { describe, expect, it } from 'vitest'
import { renderSchema } from './render-schema.ts'

interface Schema {
  readonly description?: string
  readonly properties: Readonly<Record<string, Schema>>
}

/** What the option itself says that it may be, when it is given nonsense. */
function choicesOf(block: BlockName, { name }: OptionRow): unknown {
  const raw = { [rawKey(name)]: 'xyzzy' }
  try {
    if (block === 'kernel') parseKernelSpec(raw, [], { arch: parseArch('x86_64') })
    else if (block === 'image') parseImageSpec(raw, { hostArch: 'x86_64' })
    else parseVmSpec(raw, { command: 'run' })
  } catch (error) {
    const allowed = error instanceof UserError ? error.details['allowed'] : undefined
    return Array.isArray(allowed) ? allowed.map(String).toSorted() : undefined
  }
  return undefined
}

describe('kernelkit.schema.json', () => {
  it('is what `npm run docs` renders from the rows that read the file', async () => {
    expect(readFileSync(new URL('../../kernelkit.schema.json', import.meta.url), 'utf8')).toBe(await renderSchema())
  })

  it('explains every key', async () => {
    const { properties } = JSON.parse(await renderSchema()) as Schema
    const silent = Object.entries(properties).flatMap(([block, schema]) =>
      Object.entries(schema.properties ?? {}).flatMap(([key, { description }]) => (description === undefined ? [`${block}.${key}`] : [])),
    )
    expect(silent).toEqual([])
  })

  it.each(blockNames)('offers the values of %s that its options take', (block) => {
    // Architectures have more names than are listed; kinds of reports come as a list.
    const rows = (blockRows[block].rows as readonly OptionRow[]).filter(({ name, kind }) => kind === 'text' && name !== 'arch')
    const offered = rows.map((row) => [row.name, row.choices?.toSorted()])
    expect(offered).toEqual(rows.map((row) => [row.name, choicesOf(block, row)]))
  })
})
