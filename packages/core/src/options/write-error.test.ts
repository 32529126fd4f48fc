import { describe, expect, it } from 'vitest'
import { errorCodes } from '../errors/codes/index.ts'
import { joinedOption, message, option, UserError } from '../errors/index.ts'
import { writeError, writeFor, type Door } from './write-error.ts'

const doors: readonly Door[] = ['command', 'file', 'action', 'library']
const place = { file: 'ci/kernelkit.yaml', key: 'vm.timeout', line: 7, column: 3 }

describe('writeFor', () => {
  it.each<[Door, string]>([
    ['command', 'Raise --timeout, write --memory 4G or --gdb=PORT, or leave --stdin out.'],
    ['file', 'Raise `timeout:`, write `memory: 4G` or `gdb: PORT`, or leave `stdin:` out.'],
    ['action', 'Raise the input `timeout`, write `memory: 4G` or `gdb: PORT`, or leave --stdin out.'],
    ['library', "Raise `timeoutMs`, write `memory: '4G'` or --gdb=PORT, or leave --stdin out."],
  ])('names options for a reader of the %s, and as flags where there is no such option', (door, text) => {
    const hint = message`Raise ${option('timeout')}, write ${option('memory', '4G')} or ${joinedOption('gdb', 'PORT')}, or leave ${option('stdin')} out.`
    expect(writeFor(hint, { door })).toBe(text)
  })

  it('names an option of kernelkit.yaml as the file has it, with its line, for every reader', () => {
    const hint = message`Raise ${option('timeout')} if the test is only slow.`
    for (const door of doors)
      expect(writeFor(hint, { door, places: { timeout: place } })).toBe('Raise `timeout:` (line 7) if the test is only slow.')
  })
})

describe('writeError', () => {
  const parts = [message`${option('timeout')} 'x' is not a duration.`, message`Write ${option('timeout', '10s')}.`] as const

  it('keeps code, verdict, details and cause', () => {
    const cause = new Error('below')
    const error = new UserError('BAD_DURATION', parts[0], { verdict: 'config-fail', details: { seen: 'x' }, cause })
    expect(writeError(error, { door: 'action' })).toMatchObject({
      code: 'BAD_DURATION',
      verdict: 'config-fail',
      details: { seen: 'x' },
      cause,
    })
  })

  it('points at the place in the file first, in the words of the file', () => {
    const error = writeError(new UserError('BAD_DURATION', parts[0], { hint: parts[1], place }), { door: 'action' })
    expect([error.message, error.hint]).toEqual(["ci/kernelkit.yaml:7:3: `timeout:` 'x' is not a duration.", 'Write `timeout: 10s`.'])
    expect(error.details).toMatchObject({ file: 'ci/kernelkit.yaml', line: 7, column: 3, key: 'vm.timeout' })
  })
})

// Read the file when it changes: each line must be good English at its door.
it('writes the fix of every error code for all four doors', async () => {
  const lines = Object.entries(errorCodes).flatMap(([code, { fix }]) => {
    const texts = doors.map((door) => [door, writeFor(fix, { door })] as const)
    const isSame = texts.every(([, text]) => text === texts[0]?.[1])
    return isSame ? [`${code}: ${texts[0]?.[1] ?? ''}`] : [code, ...texts.map(([door, text]) => `  ${door}: ${text}`)]
  })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('write-error.expected')
})
