import type { RootLack } from '@kernelkit/core/agent'
import { givenOptions } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { expect, it } from 'vitest'
import { whatSpoilt } from './session.ts'

const ended = ({ raw = {}, command = 'run' as 'boot' | 'run', timerLost = false, rootLacks = undefined as RootLack | undefined }) =>
  ({ plan: { vm: parseVmSpec(givenOptions(raw), { command }) }, facts: { timerLost, rootLacks } }) as unknown as Parameters<
    typeof whatSpoilt
  >[0]

it('starts a guest without a timer again, twice at most, and no other one', () => {
  const lost = ended({ timerLost: true })
  expect([1, 2, 3].map((starts) => whatSpoilt(lost, starts)?.level)).toEqual(['warn', 'warn', undefined])
  expect(whatSpoilt(lost, 1)?.change).toEqual({})
  expect(whatSpoilt(ended({}), 1)).toBeUndefined()
})

it('boots a root without an init again, with a shell, unless the user has named the init', () => {
  const rootLacks = 'init'
  expect(whatSpoilt(ended({ command: 'boot', rootLacks }), 1)).toMatchObject({ level: 'info', change: { init: { kind: 'agent' } } })
  expect(whatSpoilt(ended({ command: 'boot', rootLacks: 'directory' }), 1)).toBeUndefined()
  expect(whatSpoilt(ended({ command: 'boot', rootLacks, raw: { init: '/sbin/init' } }), 1)).toBeUndefined()
  expect(whatSpoilt(ended({ command: 'run', rootLacks }), 1)).toBeUndefined()
})
