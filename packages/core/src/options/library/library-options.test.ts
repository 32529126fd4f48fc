import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { libraryOptions, libraryRows } from './index.ts'

const given = (name: string, value: unknown) => libraryOptions({ [name]: value })
function attempt(call: () => unknown): string {
  try {
    call()
    return 'taken'
  } catch (error) {
    return error instanceof UserError ? `${error.code}: ${error.message}` : String(error)
  }
}
/** Values of every type, and which of an option's own types take them. */
const values = [
  ['a text', '2', (type: string) => type === 'string' || type.includes("'")],
  ['a number', 2, (type: string) => type === 'number'],
  ['true', true, (type: string) => type === 'boolean'],
  ['a list of texts', ['.'], (type: string) => type === 'readonly string[]'],
  ['a list of objects', [{ host: '.' }], (type: string) => type === 'readonly GuestShare[]'],
  ['a list of numbers', [1], () => false],
  ['an object', {}, () => false],
  ['null', null, () => false],
] as const

describe('options of a program', () => {
  it.each(libraryRows())('$name takes values of its type alone', ({ name, type }) => {
    for (const [title, value, takes] of values) {
      const outcome = () => given(name, value)
      if (takes(type)) expect({ title, outcome: attempt(outcome) }).toEqual({ title, outcome: 'taken' })
      else
        expect({ title, outcome: attempt(outcome) }).toEqual({
          title,
          outcome: expect.stringMatching(`^BAD_OPTION: \`${name}\` is `) as string,
        })
    }
  })

  it('names the form of a share for one that is written as on a command line', () => {
    expect(() => given('shares', ['.'])).toThrow(
      "`shares` is a list; it takes a list of objects such as { host: '.', guest: '/mnt/src', mode: 'ro' }.",
    )
  })

  it('leaves out what is undefined', () => {
    expect(libraryOptions({ kernel: undefined, cpus: 2 })).toEqual({ cpus: [{ value: 2 }] })
  })
})
