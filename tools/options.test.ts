import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blockNames, everyOption, fileRows, rowsOfAction, type ActionName } from '@kernelkit/core/options'
import { projectSchema } from '@kernelkit/core/project'
import { fillActionInputs } from './action-inputs.ts'
import { fillOptionTables } from './option-tables.ts'
import { ownActions, readActionFile } from './own-actions.ts'
import { repository } from './source-files.ts'

const read = (path: string) => readFileSync(join(repository, path), 'utf8')

describe('what `npm run docs` renders from the option table', () => {
  it.each(ownActions)('is in the action.yml of %s', (name) => {
    const text = readActionFile(name, 'action.yml')
    expect(text).toBe(fillActionInputs(text, name as ActionName))
  })

  it('is in docs/cli.md', () => {
    const page = read('docs/cli.md')
    expect(page).toBe(fillOptionTables(page))
  })

  it('is kernelkit.schema.json', () => {
    expect(JSON.parse(read('packages/cli/kernelkit.schema.json'))).toEqual(projectSchema())
  })
})

describe('the option table', () => {
  it('names only options that exist in what a row refuses and overrides', () => {
    const unknown = [...everyOption.values()].flatMap(({ name, refuses = [], overrides = [] }) =>
      [...refuses.map(({ option }) => option), ...overrides].filter((other) => !everyOption.has(other)).map((other) => `${name}: ${other}`),
    )
    expect(unknown).toEqual([])
  })

  it('says what happens without each option that has a value', () => {
    const silent = [...blockNames.flatMap(fileRows), ...ownActions.flatMap((name) => rowsOfAction(name as ActionName))].filter(
      (row) => row.kind !== 'flag' && row.default === undefined && row.otherwise === undefined && row.action === undefined,
    )
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it('has the default of each choice among its choices', () => {
    const wrong = [...everyOption.values()].filter(
      ({ choices, default: one }) => choices !== undefined && one !== undefined && !choices.includes(one),
    )
    expect(wrong.map(({ name }) => name)).toEqual([])
  })
})
