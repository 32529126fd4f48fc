import type { Logger } from '@kernelkit/host'
import type { Every } from '@kernelkit/host/progress'
import { stateWord } from './finished-test.ts'
import type { Progress } from './run-suite.ts'

export interface CellProgressOptions {
  readonly cells: number
  /** Monotonic clock in milliseconds. */
  readonly now: () => number
  /** Keeps the time that is left moving while no cell ends; absent where each update would be a line. */
  readonly every?: Every | undefined
}

/** One line for all cells: done, running, left, and the time that is left; a line as each cell ends. */
export function cellProgress(log: Logger, { cells, now, every }: CellProgressOptions): Progress {
  const task = log.task('matrix')
  const running = new Set<{ readonly since: number }>()
  let [done, bad, seconds, most] = [0, 0, 0, 0]
  const show = () => {
    const runningSeconds = [...running].map(({ since }) => (now() - since) / 1000)
    task.update(describeProgress({ cells, done, bad, seconds, runningSeconds, most }))
  }
  const stop = every?.(1000, show)
  return {
    start: () => {
      const cell = { since: now() }
      running.add(cell)
      most = Math.max(most, running.size)
      show()
      // Its result, or its next run, is shown next.
      const end = () => void running.delete(cell)
      return { update() {}, done: end, fail: end, stop: end }
    },
    onResult: (result) => {
      done++
      seconds += result.seconds
      if (result.state !== 'pass' && result.state !== 'flaky') bad++
      log.info(`${done}/${cells} ${stateWord(result)} ${result.name} (${result.seconds.toFixed(1)} s)`)
      show()
    },
    end: () => {
      stop?.()
      const text = `${done} of ${cells} cells done`
      if (bad === 0 && done === cells) task.done(text)
      else task.fail(`${text}, ${bad} of them bad`)
    },
  }
}

export interface CellCounts {
  readonly cells: number
  readonly done: number
  readonly bad: number
  /** Of those that are done, added up. */
  readonly seconds: number
  /** How long each cell that runs has run. */
  readonly runningSeconds: readonly number[]
  /** How many have run at once. */
  readonly most: number
}

/** `3 of 12 cells done, 2 running, 7 left, 1 bad, about 40 s left`. */
export function describeProgress({ cells, done, bad, seconds, runningSeconds, most }: CellCounts): string {
  const running = runningSeconds.length
  const left = cells - done - running
  const parts = [`${done} of ${cells} cells done`, `${running} running`, `${left} left`, ...(bad === 0 ? [] : [`${bad} bad`])]
  if (done > 0 && done < cells) {
    // Cells take about as long as those before them, as many at once.
    const mean = seconds / done
    const rests = runningSeconds.map((age) => Math.max(0, mean - age))
    const all = rests.reduce((sum, rest) => sum + rest, left * mean)
    parts.push(`about ${describeSeconds(Math.max(all / Math.max(1, most), ...rests))} left`)
  }
  return parts.join(', ')
}

function describeSeconds(exact: number): string {
  const seconds = Math.max(1, Math.ceil(exact))
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
