import { describe, expect, it } from 'vitest'
import { createStepList, renderSteps } from './steps.ts'

describe('the table of quickstart', () => {
  it('shows what each step took and what it came from', async () => {
    const clock = { ms: 0 }
    const list = createStepList({ monotonicMs: () => clock.ms })
    await list.time(
      'kernel',
      async () => void (clock.ms += 61_230),
      () => '6.12.8, compiled',
    )
    await list.time(
      'boot',
      async () => void (clock.ms += 1500),
      () => '',
    )
    expect(renderSteps(list.steps)).toBe(
      ['step    seconds  what', 'kernel  61.2     6.12.8, compiled', 'boot    1.5', 'total   62.7'].join('\n'),
    )
  })

  it('notes nothing of a step that failed', async () => {
    const list = createStepList({ monotonicMs: () => 0 })
    await expect(
      list.time(
        'kernel',
        () => Promise.reject(new Error('no')),
        () => '',
      ),
    ).rejects.toThrow('no')
    expect(list.steps).toEqual([])
  })
})
