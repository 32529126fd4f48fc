import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Step } from '@kernelkit/core/plan'
import { silentLogger } from './logger.ts'
import { nodeHost } from './node-host.ts'
import { runPlan, type RunPlanOptions } from './run-plan.ts'

let folder: string
let details: string[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernelkit-plan-'))
  details = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (steps: readonly Step[], options: RunPlanOptions = {}) =>
  runPlan({ title: 'try', steps }, nodeHost({ cwd: folder, log: { ...silentLogger, detail: (line) => details.push(line) } }), options)

describe('runPlan', () => {
  it('carries out each kind of step and says why', async () => {
    const lines: string[] = []
    const results = await run(
      [
        { kind: 'mkdir', why: 'room', path: join(folder, 'a', 'b'), mode: 0o700 },
        { kind: 'write', why: 'input', path: join(folder, 'new', 'in'), content: 'text', mode: 0o755 },
        { kind: 'run', why: 'read it', argv: ['sh', '-c', 'cat; echo "$X" >&2; cat new/in; echo'], env: { X: 'err' }, input: 'in\n' },
        // The program has the file itself on its stdout, and no pipe through us.
        { kind: 'run', why: 'to a file', argv: ['readlink', '/proc/self/fd/1'], cwd: join(folder, 'a'), outputTo: join(folder, 'out') },
        { kind: 'fetch', why: 'copy', url: `file://${folder}/new/in`, to: join(folder, 'copy') },
      ],
      { onLine: (line, stream) => lines.push(`${stream}: ${line}`) },
    )
    expect(results.map(({ step, stdout }) => [step.kind, stdout])).toEqual([
      ['mkdir', ''],
      ['write', ''],
      ['run', 'in\ntext\n'],
      ['run', ''],
      ['fetch', ''],
    ])
    expect(lines.toSorted()).toEqual(['stderr: err', 'stdout: in', 'stdout: text'])
    expect((await stat(join(folder, 'a', 'b'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, 'new', 'in'))).mode & 0o777).toBe(0o755)
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe(`${join(folder, 'out')}\n`)
    expect(await readFile(join(folder, 'copy'), 'utf8')).toBe('text')
    expect(details.slice(0, 4)).toEqual(['# try', '# room', '# input', '# read it'])
  })

  it('ends at the first failing step, with command, status and the last 40 lines', async () => {
    const failing = run([
      { kind: 'run', why: 'fail', argv: ['sh', '-c', 'seq 100; exit 3'] },
      { kind: 'write', why: 'never', path: join(folder, 'never'), content: '' },
    ])
    await expect(failing).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringMatching(/^`sh -c 'seq 100; exit 3'` ended with 3\.\n61\n(.*\n)*100$/),
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('names a program that is missing', async () => {
    await expect(run([{ kind: 'run', why: 'none', argv: ['no-such-program-here'] }])).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' })
  })

  it('says DISK_FULL when a program does', async () => {
    const failing = run([{ kind: 'run', why: 'fill', argv: ['sh', '-c', 'echo "cp: error writing: No space left on device" >&2; exit 1'] }])
    await expect(failing).rejects.toMatchObject({ code: 'DISK_FULL' })
    await expect(run([{ kind: 'run', why: 'fill', argv: ['dd', 'if=/dev/zero', 'of=/dev/full', 'count=1'] }])).rejects.toMatchObject({
      code: 'DISK_FULL',
    })
  })

  it('stops a running program when the signal says so', async () => {
    const abort = new AbortController()
    const running = run([{ kind: 'run', why: 'wait', argv: ['sh', '-c', 'echo up; sleep 60'] }], {
      signal: abort.signal,
      onLine: () => abort.abort(new Error('interrupted')),
    })
    await expect(running).rejects.toThrow('interrupted')
  })

  it('ends its programs when it is killed itself', async () => {
    const script = join(folder, 'parent.mjs')
    await writeFile(
      script,
      `import { nodeHost, runPlan } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
       const step = { kind: 'run', why: 'wait', argv: ['sh', '-c', 'echo $$; sleep 60'] }
       await runPlan({ title: 't', steps: [step] }, nodeHost(), { onLine: (line) => process.send(line) })`,
    )
    const parent = fork(script, { execArgv: [] })
    const [pid] = await once(parent, 'message')
    parent.kill('SIGKILL')
    await expect.poll(() => isRunning(Number(pid)), { timeout: 5000 }).toBe(false)
  })
})

describe('a fetch step', () => {
  let server: Server
  let asked = 0
  beforeEach(async () => {
    asked = 0
    server = createServer((request, response) => {
      asked++
      if (request.url === '/busy-once' && asked === 1) response.writeHead(503).end()
      else if (request.url === '/missing') response.writeHead(404).end()
      else if (request.url === '/short') {
        response.writeHead(200, { 'content-length': '100' })
        response.write('half', () => response.destroy())
      } else response.end('content')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })
  const fetchStep = (path: string, sha256?: string): Step => {
    const { port } = server.address() as { port: number }
    return {
      kind: 'fetch',
      why: 'get',
      url: `http://127.0.0.1:${port}${path}`,
      to: join(folder, 'got'),
      ...(sha256 === undefined ? {} : { sha256 }),
    }
  }
  const sha256 = 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73'

  it('verifies the checksum before the file gets its name', async () => {
    await run([fetchStep('/file', sha256)])
    expect(await readFile(join(folder, 'got'), 'utf8')).toBe('content')
    await rm(join(folder, 'got'))
    await expect(run([fetchStep('/file', 'f'.repeat(64))])).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringContaining(sha256),
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('asks a busy server again', async () => {
    await run([fetchStep('/busy-once')])
    expect(asked).toBe(2)
  })

  it('does not ask again for what is not there, and names address and answer', async () => {
    await expect(run([fetchStep('/missing')])).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringMatching(/^http:.*\/missing could not be fetched: the server answered 404 Not Found\.$/),
    })
    expect(asked).toBe(1)
  })

  it('lists each attempt when the connection breaks, and leaves no half file', async () => {
    await expect(run([fetchStep('/short')])).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringMatching(/attempt 1: .*attempt 3: /),
    })
    expect(await readdir(folder)).toEqual([])
  }, 10_000)

  it('names a local file that does not exist', async () => {
    await expect(run([{ kind: 'fetch', why: 'copy', url: 'file:///no/such/file', to: join(folder, 'got') }])).rejects.toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringContaining('ENOENT'),
    })
  })
})

async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => 'gone) Z')
  return !/\) [ZX]/.test(state)
}
