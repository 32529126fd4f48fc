import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { explainSystemError, nodeHost } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { captureConsole, cutNotice, lineCutter } from './console-capture.ts'

it.each([
  ['log', '/dev/full', '/dev/null'],
  ['log with times', '/dev/null', '/dev/full'],
])('A %s of the console that cannot be written is reported, and the console is read to its end.', async (_title, path, timedPath) => {
  const failed: Error[] = []
  const lines: string[] = []
  const output = new PassThrough()
  const { finished } = captureConsole({
    output,
    input: new PassThrough(),
    path,
    timedPath,
    mostBytes: 1024,
    host: nodeHost(),
    atMs: () => 0,
    onLine: (line) => lines.push(line),
    onFailed: (error) => failed.push(error),
  })
  output.end('one\ntwo\n')
  await finished
  await expect.poll(() => failed).toHaveLength(1)
  expect(explainSystemError(failed[0])).toMatchObject({ code: 'DISK_FULL', message: 'no space is left at /dev/full.' })
  expect(lines).toEqual(['one', 'two'])
})

it('A console that is longer than its limit is read to its end, and each log ends with a line that says that it was cut.', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-console-'))
  const [path, timedPath] = [join(directory, 'log'), join(directory, 'timed')]
  const lines: string[] = []
  const output = new PassThrough()
  const { finished } = captureConsole({
    output,
    input: new PassThrough(),
    path,
    timedPath,
    mostBytes: 10_000,
    host: nodeHost(),
    atMs: () => 0,
    onLine: (line) => lines.push(line),
    onFailed: (error) => expect.fail(error.message),
  })
  output.end('0123456789\n'.repeat(100_000) + 'last\n')
  await finished
  expect([lines.length, lines.at(-1)]).toEqual([100_001, 'last'])
  for (const log of [path, timedPath]) {
    const text = await readFile(log, 'utf8')
    expect(text.slice(10_000)).toBe(`\n${cutNotice(10_000)}\n`)
  }
  await rm(directory, { recursive: true })
})

it('Lines are the same however they are cut, without their carriage returns, and a long one comes in pieces.', () => {
  const text = `one\r\ntwo \u2603\r\r\n\n${'x'.repeat(70_000)}\r\nlast`
  const cutAt = (size: number): readonly string[] => {
    const lines: string[] = []
    const cutter = lineCutter((line) => lines.push(line))
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += size) cutter.take(bytes.subarray(at, at + size))
    cutter.end()
    return lines
  }
  const whole = ['one', 'two \u2603', '', 'x'.repeat(65_536), 'x'.repeat(70_000 - 65_536), 'last']
  for (const size of [1, 7, 4096, 100_000]) expect(cutAt(size)).toEqual(whole)
})
