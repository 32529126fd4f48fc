import { expect, it } from 'vitest'
import { createActionLogger } from './action-logger.ts'

it('the log of a job has a line for the start and the end of long work, and every half minute one of how far it is', () => {
  const lines: string[] = []
  const clock = { ms: 0 }
  const calls: (() => void)[] = []
  const log = createActionLogger({
    write: (text) => void lines.push(text),
    warn: () => {},
    verbose: false,
    now: () => clock.ms,
    every: (_ms, call) => {
      calls.push(call)
      return () => void lines.push('stopped\n')
    },
  })
  const task = log.task('save kernel 0a1b to the Actions cache, 24 MiB')
  clock.ms = 30_000
  calls[0]?.()
  clock.ms = 40_000
  task.update('12 of 24 MB (50 %)')
  clock.ms = 60_000
  calls[0]?.()
  clock.ms = 61_500
  task.done('not saved')
  expect(lines.join('')).toBe(`save kernel 0a1b to the Actions cache, 24 MiB ...
  save kernel 0a1b to the Actions cache, 24 MiB: still running (30 s)
  save kernel 0a1b to the Actions cache, 24 MiB: 12 of 24 MB (50 %) (60 s)
stopped
ok save kernel 0a1b to the Actions cache, 24 MiB: not saved (61.5 s)
`)
})
