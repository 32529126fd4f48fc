import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** A busy disk delays an engine by seconds; one that is silent for a minute hangs. */
const limitMs = 60_000

/** The engine's answer to one request, `CONTAINER_REFUSED` when none comes. */
export async function answerWithin<T>(host: Pick<Host, 'sleep'>, what: string, request: Promise<T>): Promise<T> {
  const done = new AbortController()
  const tooLate = host.sleep(limitMs, done.signal).then(() => {
    throw new UserError('CONTAINER_REFUSED', `the engine did not ${what} within ${limitMs / 1000} s.`, {
      hint: 'Check that it answers (`docker ps`), and restart it if it does not.',
    })
  })
  // Cancelled below, which is not a failure.
  tooLate.catch(() => {})
  try {
    return await Promise.race([request, tooLate])
  } finally {
    done.abort()
  }
}
