import { expect, it } from 'vitest'
import { reportWhenPaused } from './report-when-paused.ts'

const sleep = async (_ms: number, signal?: AbortSignal) => signal?.throwIfAborted()

it('reports once that the guest is paused', async () => {
  const answers = [{ running: true, status: 'running' }, undefined, { running: false, status: 'paused' }]
  const reported: string[] = []
  await reportWhenPaused({
    host: { sleep },
    vm: { qmp: async () => answers.shift() },
    report: (status) => reported.push(status),
    signal: new AbortController().signal,
  })
  expect(reported).toEqual(['paused'])
})

it('reports nothing when the command has ended or the VM is gone', async () => {
  const reported: string[] = []
  const over = new AbortController()
  const qmp = async () => {
    over.abort()
    return { running: false, status: 'paused' }
  }
  await reportWhenPaused({ host: { sleep }, vm: { qmp }, report: (status) => reported.push(status), signal: over.signal })
  await reportWhenPaused({
    host: { sleep },
    vm: { qmp: () => Promise.reject(new Error('gone')) },
    report: (status) => reported.push(status),
    signal: new AbortController().signal,
  })
  expect(reported).toEqual([])
})
