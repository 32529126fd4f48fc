import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { describeBytes, plainProgress, showGrowth } from './progress.ts'

describe('progress on plain lines', () => {
  it('is a line every half minute, with the last status, also while the work reports nothing', () => {
    let nowMs = 0
    let tick = (): void => {}
    const lines: string[] = []
    const progress = plainProgress({
      title: 'compiling',
      line: (text) => void lines.push(text),
      now: () => nowMs,
      every: (_ms, call) => {
        tick = call
        return () => void lines.push('stopped')
      },
    })
    const at = (seconds: number, call: () => void): void => {
      nowMs = seconds * 1000
      call()
    }
    at(1, () => progress.update('10 of about 100 objects'))
    at(30, tick)
    at(31, () => progress.update('20 of about 100 objects'))
    at(61, () => progress.update('30 of about 100 objects'))
    at(62, tick)
    at(92, tick)
    progress.end()
    expect(lines).toEqual([
      '  compiling: 10 of about 100 objects (30 s)',
      '  compiling: 30 of about 100 objects',
      '  compiling: 30 of about 100 objects (92 s)',
      'stopped',
    ])
  })

  it('says of bytes how many there are of all', () => {
    expect(describeBytes(12_400_000, 95_000_000)).toBe('12 of 95 MB (13 %)')
    expect(describeBytes(12_400_000, undefined)).toBe('12 MB')
  })
})

it('showGrowth shows how much of a file is there while another program writes it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-growth-'))
  try {
    const path = join(directory, 'file')
    const seen = Promise.withResolvers<string>()
    const task = { update: seen.resolve, done() {}, fail() {}, stop() {} }
    let tick = (): void => {}
    const every = (_ms: number, call: () => void) => {
      tick = call
      return () => {}
    }
    await showGrowth(nodeHost(), { path, before: 1e6, total: 4e6, task, every }, async () => {
      await appendFile(path, Buffer.alloc(1e6))
      tick()
      expect(await seen.promise).toBe('2 of 4 MB (50 %)')
    })
  } finally {
    await rm(directory, { recursive: true })
  }
})
