import { expect, it } from 'vitest'
import { silentLogger } from '@kernelkit/host'
import { startsAgain } from './timer-lost.ts'

it('starts a guest without a timer again, twice at most, and no other one', () => {
  const said: string[] = []
  const log = { ...silentLogger, warn: (text: string) => void said.push(text) }
  expect([1, 2, 3].map((starts) => startsAgain(log, { timerLost: true }, starts))).toEqual([true, true, false])
  expect(startsAgain(log, { timerLost: false }, 1)).toBe(false)
  expect(said).toHaveLength(2)
})
