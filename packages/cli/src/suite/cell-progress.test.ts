import { silentLogger } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { cellProgress, describeProgress } from './cell-progress.ts'
import { finishTest } from './finished-test.ts'

it('shows of a matrix that runs what is done, running and left, and the time that is left of cells that take as long as those before', () => {
  const counts = { cells: 12, done: 0, bad: 0, seconds: 0, runningSeconds: [1, 0], most: 2 }
  expect(describeProgress(counts)).toBe('0 of 12 cells done, 2 running, 10 left')
  // 10 s each; 6 s and 8 s are left of those that run, and six more take turns on two places.
  expect(describeProgress({ ...counts, done: 4, bad: 1, seconds: 40, runningSeconds: [4, 2] })).toBe(
    '4 of 12 cells done, 2 running, 6 left, 1 bad, about 37 s left',
  )
  // One place is idle: the last cell takes its whole time. One that takes longer than the others never has less than nothing left.
  expect(describeProgress({ ...counts, done: 11, seconds: 110, runningSeconds: [3] })).toBe(
    '11 of 12 cells done, 1 running, 0 left, about 7 s left',
  )
  expect(describeProgress({ ...counts, done: 11, seconds: 110, runningSeconds: [30] })).toContain('about 1 s left')
})

it('counts a cell that has ended as done at once, never as left, and lets the time that is left run down while no cell ends', () => {
  const shown: string[] = []
  let [nowMs, tick] = [0, (): void => {}]
  const task = { update: (text: string) => void shown.push(text), done: (text = '') => void shown.push(text), fail() {}, stop() {} }
  const progress = cellProgress(
    { ...silentLogger, task: () => task },
    {
      cells: 2,
      now: () => nowMs,
      every: (_ms, call) => {
        tick = call
        return () => void shown.push('stopped')
      },
    },
  )
  const once = { repeat: undefined, untilFail: false, retries: 0 }
  const end = (running: { done: () => void }, name: string) => {
    running.done()
    progress.onResult({ ...finishTest(once, { name, kind: 'interrupted', seconds: 10 }, []), state: 'pass' })
  }
  const first = progress.start('a')
  const second = progress.start('b')
  nowMs = 4000
  end(first, 'a')
  nowMs = 7000
  tick()
  end(second, 'b')
  progress.end()
  expect(shown).toEqual([
    '0 of 2 cells done, 1 running, 1 left',
    '0 of 2 cells done, 2 running, 0 left',
    '1 of 2 cells done, 1 running, 0 left, about 6 s left',
    '1 of 2 cells done, 1 running, 0 left, about 3 s left',
    '2 of 2 cells done, 0 running, 0 left',
    'stopped',
    '2 of 2 cells done',
  ])
})
