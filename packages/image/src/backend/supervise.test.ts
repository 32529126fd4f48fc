import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { supervisorScript } from '@kernelkit/core/debootstrap'
import { nodeHost } from '@kernelkit/host'
import { supervise } from './supervise.ts'

const host = nodeHost()
const rights = { privilege: 'root' } as const
let workDirectory: string
beforeEach(() => {
  workDirectory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
  mkdirSync(join(workDirectory, 'scratch'))
})
afterEach(() => rmSync(workDirectory, { recursive: true, force: true }))

/** A process that has ended but was not waited for yet (a zombie) counts as gone. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const stat = await host.fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'x) Z')
    if (/\) Z/.test(stat)) return true
    await host.sleep(50)
  }
  return false
}
// The trap is set before the first line is printed: that line is the sign to end it.
const stubborn = ['sh', '-c', 'trap "sleep 0.1; echo tidied" TERM; sleep 300 & echo $!; wait; wait'] as const

describe('supervise', () => {
  test('supervise gives lines of both streams and the exit status', async () => {
    const lines: string[] = []
    expect(
      await supervise(host, {
        argv: ['sh', '-c', 'echo out; echo err >&2; printf last; exit 7'],
        workDirectory,
        rights,
        onLine: (line) => lines.push(line),
      }),
    ).toBe(7)
    expect(lines.toSorted()).toEqual(['err', 'last', 'out'])
    expect(existsSync(workDirectory)).toBe(true)
  })

  test('supervise ends the whole process family when the signal aborts, after its own cleanup', async () => {
    const abort = new AbortController()
    const lines: string[] = []
    const running = supervise(host, {
      argv: stubborn,
      workDirectory,
      rights,
      signal: abort.signal,
      onLine: (line) => {
        lines.push(line)
        if (lines.length === 1) abort.abort(new Error('stop'))
      },
    })
    await expect(running).rejects.toThrow('stop')
    expect(await isGone(Number(lines[0]))).toBe(true)
    expect(lines).toContain('tidied')
  })

  test('supervise ends the process family and removes the work directory when its parent is killed', async () => {
    const child = spawn('sh', ['-c', supervisorScript, 'test', `rm -rf ${workDirectory}`, ...stubborn], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const pid = await new Promise<number>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(Number(data.toString()))))
    // What the kernel does with the pipe of a process that got SIGKILL.
    child.stdin.destroy()
    await new Promise((resolve) => child.once('exit', resolve))
    expect(await isGone(pid)).toBe(true)
    expect(existsSync(workDirectory)).toBe(false)
  })
})
