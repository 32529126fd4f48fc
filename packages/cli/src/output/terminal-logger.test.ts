import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createTerminalLogger, type TerminalLoggerOptions } from './terminal-logger.ts'
import { printable } from '@kernelkit/core/text'

function setUp(options: Partial<TerminalLoggerOptions> = {}) {
  const stream = new PassThrough()
  const clock = { ms: 0 }
  const log = createTerminalLogger({
    stream,
    shown: printable,
    color: false,
    quiet: false,
    verbose: false,
    now: () => clock.ms,
    ...options,
  })
  return { log, clock, text: () => String(stream.read() ?? '') }
}

function spinnerStub() {
  const calls: string[] = []
  return { calls, text: '', start: () => calls.push('start'), stop: () => calls.push('stop') }
}

describe('the terminal logger', () => {
  it('writes facts and warnings as lines, details with --verbose only', () => {
    const { log, text } = setUp()
    log.info('kernel 6.12 from the store')
    log.detail('hidden')
    log.warn('odd')
    expect(text()).toBe('kernel 6.12 from the store\nwarning: odd\n')
    const verbose = setUp({ verbose: true })
    verbose.log.detail('shown')
    expect(verbose.text()).toBe('shown\n')
  })

  it('does not call work failed that was ended from outside', () => {
    const { log, text } = setUp()
    log.task('slow').stop('another test failed (--fail-fast)')
    expect(text()).toBe('slow ...\nstopped slow: another test failed (--fail-fast) (0.0 s)\n')
  })

  it('says where there is no terminal when long work begins, now and then how far it is, and how long it took', () => {
    const { log, clock, text } = setUp()
    const task = log.task('compile')
    clock.ms = 1000
    task.update('10 %')
    clock.ms = 31_000
    task.update('50 %')
    clock.ms = 62_340
    task.done('6.12')
    task.fail('too late')
    expect(text()).toBe('compile ...\n  compile: 50 %\nok compile: 6.12 (62.3 s)\n')
  })

  it('says every half minute where there is no terminal that work which reports nothing is still running', () => {
    const calls: (() => void)[] = []
    const stopped: string[] = []
    const every = (_ms: number, call: () => void) => {
      calls.push(call)
      return () => void stopped.push('stopped')
    }
    const { log, clock, text } = setUp({ every })
    const task = log.task('bootstrap')
    clock.ms = 30_000
    calls[0]?.()
    clock.ms = 31_000
    task.done()
    expect(text()).toBe('bootstrap ...\n  bootstrap: still running (30 s)\nok bootstrap (31.0 s)\n')
    expect(stopped).toEqual(['stopped'])
  })

  it('sends its own colours and no other control character', () => {
    const { log, text } = setUp({ verbose: true, color: true })
    const evil = 'a\u001B]0;x\u0007\u009B2J'
    log.info(evil)
    log.detail(evil)
    log.warn(evil)
    const task = log.task(evil)
    task.update(evil)
    task.fail(evil)
    const shown = String.raw`a\x1b]0;x\x07\x9b2J`
    expect(
      text()
        .replaceAll(new RegExp(String.raw`\u001B\[\d+m`, 'g'), '')
        .split('\n')
        .slice(0, 5),
    ).toEqual([shown, shown, `warning: ${shown}`, `${shown} ...`, `  ${shown}: ${shown}`])
  })

  it('keeps warnings with --quiet, drops all else', () => {
    const { log, text } = setUp({ quiet: true })
    log.info('fact')
    log.task('work').done()
    log.warn('odd')
    expect(text()).toBe('warning: odd\n')
  })

  it('shows the newest running task in the spinner and stops it after the last', () => {
    const spinner = spinnerStub()
    const { log, text } = setUp({ spinner })
    const outer = log.task('outer')
    const inner = log.task('inner')
    inner.update('half')
    expect(spinner.text).toBe('inner: half')
    inner.done()
    expect(spinner.text).toBe('outer')
    outer.fail('broken')
    expect(spinner.calls.at(-1)).toBe('stop')
    expect(text()).toBe('ok inner (0.0 s)\nfailed outer: broken (0.0 s)\n')
  })

  it('colours when color is set', () => {
    const { log, text } = setUp({ color: true })
    log.warn('odd')
    expect(text()).toBe('\u001B[33mwarning:\u001B[39m odd\n')
  })
})
