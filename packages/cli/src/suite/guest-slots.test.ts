import { describe, expect, it } from 'vitest'
import { createGuestSlots } from './guest-slots.ts'

const small = { memoryMiB: 64, cpus: 1 }
const never = new AbortController().signal

describe('createGuestSlots', () => {
  it('lets the next one start when one has ended, in order', async () => {
    const slots = createGuestSlots({ memoryMiB: 65_536, cpus: 2, jobs: undefined })
    const started: string[] = []
    const start = async (name: string, demand = small) => {
      const end = await slots.take(demand, never)
      started.push(name)
      return end
    }
    const [a, b] = [await start('a'), await start('b')]
    const big = start('big', { memoryMiB: 64, cpus: 2 })
    const late = start('late')
    a()
    await new Promise(setImmediate)
    expect(started).toEqual(['a', 'b'])
    b()
    const endBig = await big
    await new Promise(setImmediate)
    expect(started).toEqual(['a', 'b', 'big'])
    endBig()
    await late
    expect(started).toEqual(['a', 'b', 'big', 'late'])
  })

  it('forgets a guest that is interrupted while it waits, and lets the next ones start', async () => {
    const slots = createGuestSlots({ memoryMiB: 65_536, cpus: 1, jobs: undefined })
    const end = await slots.take(small, never)
    const controller = new AbortController()
    const waiting = slots.take(small, controller.signal)
    const behind = slots.take(small, never)
    controller.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
    end()
    await behind
  })
})
