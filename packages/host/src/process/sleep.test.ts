import { expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'

const host = nodeHost()

it.each([2 ** 31, 30 * 86_400_000, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])(
  'A sleep of %d ms, more than a timer of Node can hold, is still pending when a short one ends, and can be ended.',
  async (ms) => {
    const end = new AbortController()
    const long = host.sleep(ms, end.signal).then(
      () => 'long',
      () => 'aborted',
    )
    expect(await Promise.race([long, host.sleep(50).then(() => 'short')])).toBe('short')
    end.abort()
    expect(await long).toBe('aborted')
  },
)

it('A sleep of zero or of negative milliseconds ends, and one of NaN is refused.', async () => {
  await host.sleep(0)
  await host.sleep(-5)
  await expect(host.sleep(Number.NaN)).rejects.toThrow(RangeError)
})
