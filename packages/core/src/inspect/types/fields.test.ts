import { describe, expect, it } from 'vitest'
import { parseTypeTable, readTypeAnswers, writeTypeTable } from './fields.ts'

const least = 'task_struct.tasks 8 16\ntask_struct.comm 24 16\n'

describe('a table of types', () => {
  it('distinguishes what a kernel does not have from what the table does not know', () => {
    const table = parseTypeTable(`${least}task_struct.state\ntask_struct 6720\nheld_lock\n`)
    expect(table?.offset('task_struct.comm')).toBe(24)
    expect([table?.offset('task_struct.state'), table?.offset('module.list')]).toEqual([undefined, undefined])
    expect(table?.unknown).toContain('module.list')
    expect(table?.unknown).not.toContain('task_struct.state')
    expect(table?.unknown).not.toContain('held_lock')
  })

  it('is the same after it was written', () => {
    const text = `${least}task_struct.state\ntask_struct 6720\nheld_lock\n`
    const table = parseTypeTable(text)
    if (table === undefined) throw new Error('no table')
    expect(writeTypeTable(table).split('\n').toSorted()).toEqual(text.split('\n').toSorted())
  })

  it('is not one without the list of tasks', () => {
    expect(parseTypeTable('')).toBeUndefined()
    expect(parseTypeTable('task_struct.tasks\ntask_struct.comm 24 16\n')).toBeUndefined()
  })

  it('is what gdb printed, between what it says of members that are not there', () => {
    const table = readTypeAnswers(`${least}There is no member named state.\nprb_desc.state_var 0 8\n`)
    expect(table?.unknown).toEqual([])
    expect(table?.offset('prb_desc.state_var')).toBe(0)
    expect(readTypeAnswers('No struct type named task_struct.\n')).toBeUndefined()
  })
})
