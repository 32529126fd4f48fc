import type { Logger } from '@kernelkit/host'
import { stateWord } from './finished-test.ts'
import type { Progress } from './run-suite.ts'

/** One line for all cells: done, running, left, and the time that is left; a line as each cell ends. */
export function cellProgress(log: Logger, { cells, now }: { readonly cells: number; readonly now: () => number }): Progress {
  const startedAt = now()
  const task = log.task('matrix')
  const counts = { done: 0, running: 0, bad: 0 }
  const show = () => task.update(describeProgress({ ...counts, cells, elapsedMs: now() - startedAt }))
  return {
    log: {
      ...log,
      task: () => {
        counts.running++
        show()
        const end = () => {
          counts.running--
          show()
        }
        return { update() {}, done: end, fail: end }
      },
    },
    onResult: (result) => {
      counts.done++
      const isBad = result.state !== 'pass' && result.state !== 'flaky'
      if (isBad) counts.bad++
      log.info(`${counts.done}/${cells} ${stateWord(result)} ${result.name} (${result.seconds.toFixed(1)} s)`)
      show()
    },
    end: () => {
      const text = `${counts.done} of ${cells} cells done`
      if (counts.bad === 0 && counts.done === cells) task.done(text)
      else task.fail(`${text}, ${counts.bad} of them bad`)
    },
  }
}

export interface CellCounts {
  readonly cells: number
  readonly done: number
  readonly running: number
  readonly bad: number
  readonly elapsedMs: number
}

/** `3 of 12 cells done, 2 running, 7 left, 1 bad, about 40 s left`. */
export function describeProgress({ cells, done, running, bad, elapsedMs }: CellCounts): string {
  const left = cells - done - running
  const parts = [`${done} of ${cells} cells done`, `${running} running`, `${left} left`, ...(bad === 0 ? [] : [`${bad} bad`])]
  // Cells take about as long as those before them.
  if (done > 0 && done < cells) parts.push(`about ${describeSeconds((elapsedMs / done) * (cells - done))} left`)
  return parts.join(', ')
}

function describeSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
