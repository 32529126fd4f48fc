import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeHost, silentLogger } from '@kernelkit/host'
import { execHost } from './exec-host.ts'

const log: string[] = []
const host = execHost(nodeHost({ log: { ...silentLogger, info: (line) => void log.push(line) } }))

describe("programs that the runner's toolkit starts", () => {
  it('get their words, their input and their environment as they are', async () => {
    const lines: string[] = []
    const result = await host.run(['sh', '-c', 'cat; echo "$1|$WORD"; echo bad >&2', 'sh', `a b'"$(c)`], {
      input: 'in\n',
      env: { WORD: 'x y' },
      onLine: (line, stream) => void lines.push(`${stream} ${line}`),
    })
    expect(result).toMatchObject({ exitCode: 0, stdout: `in\na b'"$(c)|x y\n`, stderr: 'bad\n' })
    expect(lines).toEqual(expect.arrayContaining(['stdout in', `stdout a b'"$(c)|x y`, 'stderr bad']))
    expect(log.at(-1)).toMatch(/^\[command\] sh -c /)
  })

  it('are found in a directory with a blank', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kernelkit exec-'))
    try {
      await host.fs.writeFile(join(directory, 'hello'), '#!/bin/sh\necho hello\n', { mode: 0o755 })
      expect((await host.run([join(directory, 'hello')])).stdout).toBe('hello\n')
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it('fail with their status and last lines, or answer them', async () => {
    await expect(host.run(['sh', '-c', 'echo why; exit 3'])).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringMatching(/exited with status 3\.\nwhy$/) as string,
    })
    expect(await host.run(['false'], { reject: false })).toMatchObject({ exitCode: 1 })
    await expect(host.run(['no-such-program-here'])).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' })
  })
})
