import { describe, expect, it } from 'vitest'
import { silenceMeter } from './greet-agent.ts'

describe('silenceMeter', () => {
  it('counts from the last answer on', () => {
    const meter = silenceMeter({ everyMs: 1000, startMs: 0 })
    expect([meter.turn(1000, 20), meter.turn(2000, 1020), meter.turn(3000, 1020), meter.turn(4000, 1020)]).toEqual([0, 0, 1000, 2000])
    expect(meter.turn(5000, 4010)).toBe(0)
  })

  it('does not count time in which no ping was sent as silence of the guest', () => {
    const meter = silenceMeter({ everyMs: 1000, startMs: 0 })
    meter.turn(1000, 20)
    // Ctrl-Z for an hour.
    expect(meter.turn(3_600_000, 20)).toBe(2000)
    expect(meter.turn(3_601_000, 3_600_010)).toBe(0)
  })

  it('starts from zero after forgive', () => {
    const meter = silenceMeter({ everyMs: 1000, startMs: 0 })
    meter.turn(1000, 0)
    meter.forgive()
    expect(meter.turn(2000, 0)).toBe(1000)
  })
})
