import { PassThrough } from 'node:stream'
import { explainSystemError, nodeHost } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { captureConsole } from './console-capture.ts'

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
