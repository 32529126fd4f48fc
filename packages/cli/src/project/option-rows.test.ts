import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { blockNames, blockRows, rawKey, type OptionRow } from '@kernelkit/core/project'
import { commandRows } from '../commands/index.ts'

/** Long names of what a command declares, with the kind that its declaration stands for. */
async function declared(name: string): Promise<readonly { readonly name: string; readonly takes: string; readonly key: string }[]> {
  const command = new Command(name)
  const definition = await commandRows.find((row) => row.name === name)?.load?.()
  definition?.define(command)
  return command.options.flatMap((option) => {
    if (option.long === undefined || option.long === null) return []
    const isRepeatable = option.parseArg !== undefined
    const takes = isRepeatable ? 'list' : option.required ? 'text' : option.optional ? 'text-or-flag' : 'flag'
    return [{ name: option.long.slice(2), takes, key: option.attributeName() }]
  })
}

// How `config show` prints, and the shortest forms of QEMU: no defaults of a project.
const left = ['full', 'dot-config']

describe.each(blockNames)('the keys of %s in kernelkit.yaml', (block) => {
  it('are the long options of its commands, each of the same kind', async () => {
    const { commands, rows } = blockRows[block]
    const options = (await Promise.all(commands.map(declared))).flat().filter(({ name }) => !left.includes(name))
    const expected = new Map(options.map(({ name, takes, key }) => [name, { takes, key }]))
    // A source is a word of the command line.
    const keys = (rows as readonly OptionRow[]).filter(({ name }) => name !== 'source')
    expect(new Map(keys.map(({ name, kind }) => [name, { takes: kind === 'set' ? 'list' : kind, key: rawKey(name) }]))).toEqual(expected)
  })
})

it('boot lacks only what is marked so', async () => {
  const boot = new Set((await declared('boot')).map(({ name }) => name))
  const rows: readonly OptionRow[] = blockRows.vm.rows
  // `console` is declared there to be refused in its own words.
  expect(rows.filter(({ name }) => !boot.has(name) || name === 'console').map(({ name }) => name)).toEqual(
    rows.filter(({ onlyRun }) => onlyRun === true).map(({ name }) => name),
  )
})

it('test has what is not for one VM with somebody at it, and how it goes through the tests', async () => {
  const own = ['jobs', 'fail-fast', 'junit']
  // They say what passing means: of each test.
  const ofTests = ['format', 'kunit']
  const rows: readonly OptionRow[] = blockRows.vm.rows
  const expected = rows.filter(({ name, single }) => single !== true && !ofTests.includes(name)).map(({ name }) => name)
  expect((await declared('test')).map(({ name }) => name).toSorted()).toEqual([...expected, ...own].toSorted())
})
