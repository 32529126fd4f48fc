import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'

describe('a program that the host runs', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-run-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))
  const host = nodeHost()

  it('a program gets input, environment and directory, and its lines arrive as they are printed', async () => {
    const lines: string[] = []
    const { exitCode, stdout, stderr } = await host.run(['sh', '-c', 'cat; echo "$X" >&2; pwd'], {
      cwd: directory,
      env: { X: 'err' },
      input: 'in\n',
      onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    })
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: `in\n${directory}\n`, stderr: 'err\n' })
    expect(lines.toSorted()).toEqual(['stderr: err', 'stdout: in', `stdout: ${directory}`].toSorted())
  })

  it('a program with outputTo writes to the file itself, not through a pipe', async () => {
    const file = join(directory, 'out')
    await host.run(['readlink', '/proc/self/fd/1'], { outputTo: file })
    expect(await readFile(file, 'utf8')).toBe(`${file}\n`)
  })

  it('a failed program is reported with command, status and the last 40 lines', async () => {
    await expect(host.run(['sh', '-c', 'seq 100; exit 3'])).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringMatching(/^`sh -c 'seq 100; exit 3'` exited with status 3\.\n61\n(.*\n)*100$/),
    })
  })

  it('a missing program is named', async () => {
    await expect(host.run(['no-such-program-here'])).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' })
  })

  it('a program is stopped when the signal is aborted', async () => {
    const abort = new AbortController()
    const running = host.run(['sh', '-c', 'echo up; sleep 60'], {
      signal: abort.signal,
      onLine: () => abort.abort(new Error('interrupted')),
    })
    await expect(running).rejects.toThrow('interrupted')
  })

  it('a directory that does not exist is what is named, not the program', async () => {
    await expect(host.run(['true'], { cwd: join(directory, 'gone') })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('/gone, in which') as string,
    })
  })

  it('a program with endsWithParent ends when this process is killed', async () => {
    const script = join(directory, 'parent.mjs')
    await writeFile(
      script,
      `import { nodeHost } from ${JSON.stringify(join(import.meta.dirname, '../index.ts'))}
       await nodeHost().run(['sh', '-c', 'echo $$; sleep 60'], { endsWithParent: true, onLine: (line) => process.send(line) })`,
    )
    const parent = fork(script, { execArgv: [] })
    const [pid] = await once(parent, 'message')
    parent.kill('SIGKILL')
    await expect.poll(() => isRunning(Number(pid)), { timeout: 5000 }).toBe(false)
  })
})

async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'gone) Z')
  return !/\) [ZX]/.test(state)
}
