import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { InputRow } from '@kernelkit/action-kit'
import { message, option } from '@kernelkit/core/errors'
import { writeFor } from '@kernelkit/core/options'
import { actionPath, ownActions, readActionFile } from '../tools/own-actions.ts'

describe.each(ownActions)('the inputs of %s', (name) => {
  it('are the same in action.yml and in the code that reads them', async () => {
    const { inputs } = parse(readActionFile(name, 'action.yml')) as { readonly inputs: Readonly<Record<string, unknown>> }
    const { inputRows } = (await import(actionPath(name, 'src/inputs.ts'))) as { readonly inputRows: readonly InputRow[] }
    expect(Object.keys(inputs).toSorted()).toEqual(inputRows.map((row) => row.name).toSorted())
  })

  it('are called inputs in the messages of the Action', async () => {
    const { inputRows } = (await import(actionPath(name, 'src/inputs.ts'))) as { readonly inputRows: readonly InputRow[] }
    const names = inputRows.map((row) => row.name)
    expect(names.map((input) => writeFor(message`${option(input)}`, { door: 'action' }))).toEqual(
      names.map((input) => `the input \`${input}\``),
    )
  })
})
