import { expect, it } from 'vitest'
import { reportWhenPaused } from './report-when-paused.ts'

const sleep = async (_ms: number, signal?: AbortSignal) => signal?.throwIfAborted()

it('tells once that the guest stands still', async () => {
  const answers = [{ running: true, status: 'running' }, undefined, { running: false, status: 'paused' }]
  const told: string[] = []
  await reportWhenPaused({
    host: { sleep },
    vm: { qmp: async () => answers.shift() },
    tell: (status) => told.push(status),
    signal: new AbortController().signal,
  })
  expect(told).toEqual(['paused'])
})

it('says nothing of a command that has ended, or of a VM that is gone', async () => {
  const told: string[] = []
  const over = new AbortController()
  const qmp = async () => {
    over.abort()
    return { running: false, status: 'paused' }
  }
  await reportWhenPaused({ host: { sleep }, vm: { qmp }, tell: (status) => told.push(status), signal: over.signal })
  await reportWhenPaused({
    host: { sleep },
    vm: { qmp: () => Promise.reject(new Error('gone')) },
    tell: (status) => told.push(status),
    signal: new AbortController().signal,
  })
  expect(told).toEqual([])
})
