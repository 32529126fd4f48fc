import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { InputRow } from '@kernelkit/action-kit'
import { actionPath, ownActions, readActionFile } from '../tools/own-actions.ts'

describe.each(ownActions)('the inputs of %s', (name) => {
  it('are the same in action.yml and in the code that reads them', async () => {
    const { inputs } = parse(readActionFile(name, 'action.yml')) as { readonly inputs: Readonly<Record<string, unknown>> }
    const { inputRows } = (await import(actionPath(name, 'src/inputs.ts'))) as { readonly inputRows: readonly InputRow[] }
    expect(Object.keys(inputs).toSorted()).toEqual(inputRows.map((row) => row.name).toSorted())
  })
})
