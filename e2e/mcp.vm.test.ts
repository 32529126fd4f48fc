import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'
import { qemuPids, waitUntil } from './lib/processes.ts'

const { kernel } = testArtifacts()
let directory: string
let client: Client

async function connect(): Promise<Client> {
  const connected = new Client({ name: 'test', version: '1' })
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  await connected.connect(
    new StdioClientTransport({ command: process.execPath, args: [kernelkitBin, 'mcp'], cwd: directory, env, stderr: 'ignore' }),
  )
  return connected
}

interface Answer {
  readonly document: Readonly<Record<string, unknown>>
  readonly isError: boolean
}

async function call(
  name: string,
  input: Readonly<Record<string, unknown>>,
  options: Parameters<Client['callTool']>[2] = {},
): Promise<Answer> {
  const answer = await client.callTool({ name, arguments: input }, undefined, { timeout: 300_000, ...options })
  const [content] = answer.content as readonly { readonly text: string }[]
  let document: Readonly<Record<string, unknown>> = {}
  try {
    document = JSON.parse(content?.text ?? '') as typeof document
  } catch {
    document = { text: content?.text }
  }
  return { document, isError: answer.isError === true }
}

/** Names and types. What the kernel reports on a busy host may be another in each run. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, name === 'reports' ? typeof inner : shapeOf(inner)]))
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-mcp-'))
  client = await connect()
})

afterAll(async () => {
  await client.close()
  await rm(directory, { recursive: true, force: true })
})

describe('kernelkit mcp', () => {
  it('lists its tools with the options of the commands', async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['build', 'run', 'test', 'report', 'exec', 'kernels', 'ps', 'stop']),
    )
    const run = tools.find(({ name }) => name === 'run')
    expect(Object.keys(run?.inputSchema.properties ?? {})).toEqual(
      expect.arrayContaining(['command', 'kernel', 'memory', 'timeout', 'directory']),
    )
    expect(run?.inputSchema.properties).not.toHaveProperty('trust-project')
  })

  it('runs a failing command, reports progress, and answers with the document of run', async () => {
    const seen: string[] = []
    const { document, isError } = await call(
      'run',
      { kernel, root: 'host', command: ['sh', '-c', 'echo out; exit 4'] },
      { onprogress: ({ message }) => seen.push(message ?? '') },
    )
    expect(document).toMatchObject({ verdict: 'fail', exitCode: 4, root: { kind: 'host' } })
    expect(isError).toBe(false)
    expect(seen.join('\n')).toMatch(/^kernel \d/m)
  })

  it('runs a failing test and answers with the document that the command prints', async () => {
    const project = { vm: { kernel, root: 'host' }, tests: [{ name: 'bad', run: "printf 'TAP version 13\\n1..1\\nnot ok 1 - one\\n'" }] }
    await writeFile(join(directory, 'kernelkit.yaml'), JSON.stringify(project))
    const { document } = await call('test', {})
    const { stdout } = await kernelkit(['test', '--json'], { cwd: directory })
    await rm(join(directory, 'kernelkit.yaml'))
    expect(document).toMatchObject({ verdict: 'fail', tests: [{ name: 'bad', results: { tests: [{ name: 'one', status: 'fail' }] } }] })
    expect(shapeOf(document)).toEqual(shapeOf(JSON.parse(stdout)))
  })

  it('answers bad input with what is allowed', async () => {
    expect((await call('run', { kernel, memory: 'much', command: ['true'] })).document).toMatchObject({
      verdict: 'infra-fail',
      error: { code: 'BAD_SIZE' },
    })
    expect((await call('run', { kernel, directory: '/nosuch', command: ['true'] })).document).toMatchObject({
      error: { code: 'FILE_NOT_FOUND', message: 'directory: /nosuch does not exist.' },
    })
    const unknown = await call('run', { kernal: 'x', command: ['true'] })
    expect(unknown.isError).toBe(true)
    expect(JSON.stringify(unknown.document)).toContain('kernal')
  })

  it('reads reports of a log', async () => {
    await writeFile(join(directory, 'log'), 'WARNING: CPU: 0 PID: 1 at lib/frob.c:3 frob+0x1/0x2\n')
    expect((await call('report', { files: ['log'] })).document).toMatchObject({ reports: [{ kind: 'warning', function: 'frob' }] })
  })

  it('ends the VM when the call is cancelled, and when the client goes away', async () => {
    const forEver = { kernel, root: 'host', command: ['sleep', '100000'] } as const
    const cancel = new AbortController()
    const cancelled = call('run', { ...forEver, name: `mcp-cancel-${process.pid}` }, { signal: cancel.signal })
    const ended = cancelled.catch((error: unknown) => error)
    await waitUntil('the VM runs', async () => (await qemuPids(`mcp-cancel-${process.pid}`)).length > 0)
    cancel.abort()
    expect(await ended).toBeInstanceOf(Error)
    await waitUntil('the VM has ended', async () => (await qemuPids(`mcp-cancel-${process.pid}`)).length === 0)
    const lost = call('run', { ...forEver, name: `mcp-gone-${process.pid}` }).catch((error: unknown) => error)
    await waitUntil('the VM runs', async () => (await qemuPids(`mcp-gone-${process.pid}`)).length > 0)
    await client.close()
    await lost
    await waitUntil('the VM has ended', async () => (await qemuPids(`mcp-gone-${process.pid}`)).length === 0)
    client = await connect()
  })
})
