import { appendFile, mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HistoryRecord } from '@kernelkit/core/trials'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLogger } from '../logger.ts'
import { nodeHost } from '../node-host.ts'
import { openStore } from '../store/open-store.ts'
import { openHistory } from './history.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelkit-history-'))
})
afterEach(() => rm(root, { recursive: true }))

const record = (at: number): HistoryRecord => ({
  at,
  project: '/p',
  test: 'smoke',
  kernel: 'debian:12',
  config: undefined,
  root: undefined,
  release: '6.1.0',
  state: 'pass',
  passed: 1,
  runs: 1,
  seconds: 4,
})

async function open(options?: { readonly mostBytes: number }) {
  const warnings: string[] = []
  const host = nodeHost({ log: { ...silentLogger, warn: (text) => void warnings.push(text) } })
  const history = await openHistory(host, await openStore(host, root), options)
  return { history, warnings }
}

const timesOf = (records: readonly HistoryRecord[]) => records.map(({ at }) => at)

it('keeps results in their order, also of two writers at once', async () => {
  const [{ history }, { history: other }] = [await open(), await open()]
  await history.append([record(1), record(2)])
  await Promise.all([history.append([record(3)]), other.append([record(4)])])
  expect(timesOf(await history.read()).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4])
})

it('loses the oldest results when it is full', async () => {
  const { history } = await open({ mostBytes: 1000 })
  for (let at = 1; at <= 40; at++) await history.append([record(at)])
  const times = timesOf(await history.read())
  expect(times.at(-1)).toBe(40)
  expect(times.length).toBeLessThan(10)
  expect((await readFile(join(root, 'history/tests.jsonl'))).length).toBeLessThanOrEqual(1000)
})

it('keeps a damaged file aside, says so, and uses its other lines', async () => {
  const { history, warnings } = await open()
  await history.append([record(1)])
  await appendFile(join(root, 'history/tests.jsonl'), '{"at":2,"pro')
  expect(timesOf(await history.read())).toEqual([1])
  await history.append([record(3)])
  expect(timesOf(await history.read())).toEqual([1, 3])
  expect(warnings).toEqual([
    expect.stringContaining('1 lines are not results'),
    expect.stringMatching(/damaged .*it is kept as .*tests\.jsonl\.damaged-\d+/),
  ])
  expect(await readdir(join(root, 'history'))).toHaveLength(2)
})
