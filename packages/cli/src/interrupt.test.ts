import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { listenForSignals } from './interrupt.ts'

describe('signals', () => {
  it('abort at the first and force the end at the second, with the first one’s name', () => {
    const source = new EventEmitter()
    const forced: string[] = []
    const interrupt = listenForSignals(source, (name) => forced.push(name))
    expect(interrupt.signal.aborted).toBe(false)
    source.emit('SIGTERM')
    expect([interrupt.signal.aborted, interrupt.name(), forced]).toEqual([true, 'SIGTERM', []])
    source.emit('SIGINT')
    expect(forced).toEqual(['SIGTERM'])
  })

  it('a closed pipe asks for the end once', () => {
    const forced: string[] = []
    const interrupt = listenForSignals(new EventEmitter(), (name) => forced.push(name))
    interrupt.interrupt('SIGPIPE')
    interrupt.interrupt('SIGPIPE')
    expect([interrupt.signal.aborted, interrupt.name(), forced]).toEqual([true, 'SIGPIPE', []])
  })
})
