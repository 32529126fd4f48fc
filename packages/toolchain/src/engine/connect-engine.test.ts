import { createHash } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { connectEngine } from './connect-engine.ts'

let home: string
let servers: Server[]
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
  servers = []
})
afterEach(async () => {
  for (const server of servers) server.closeAllConnections()
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  rmSync(home, { recursive: true, force: true })
})

/** Something that listens on a socket and answers every request alike. */
async function listen(name: string, answer: unknown): Promise<string> {
  const path = join(home, name)
  mkdirSync(join(path, '..'), { recursive: true })
  const server = createServer((_request, response) => response.end(JSON.stringify(answer)))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return path
}

const answer = { Version: '99.1', ApiVersion: '1.45', Arch: 'arm64', SecurityOptions: ['name=rootless'] }
const connect = (env: Record<string, string> = {}) => connectEngine(nodeHost({ env: { HOME: home, XDG_RUNTIME_DIR: home, ...env } }))

describe('connectEngine', () => {
  test('connectEngine takes the engine that DOCKER_HOST names, and describes it', async () => {
    const path = await listen('own.sock', answer)
    expect(await connect({ DOCKER_HOST: `unix://${path}` })).toMatchObject({
      address: `unix://${path}`,
      version: '99.1',
      apiVersion: '1.45',
      rootless: true,
      nodeArch: 'arm64',
    })
  })

  test('DOCKER_HOST is the only place that is tried when it is set', async () => {
    await listen('docker.sock', answer)
    await expect(connect({ DOCKER_HOST: `unix://${home}/none.sock` })).rejects.toMatchObject({
      code: 'NO_ENGINE',
      message: `no Docker Engine answers. Tried:\n  unix://${home}/none.sock (DOCKER_HOST): no such file`,
      details: { tried: [{ from: 'DOCKER_HOST', reason: 'no such file' }] },
    })
  })

  test('connectEngine follows the docker context in use', async () => {
    const path = await listen('context.sock', answer)
    const meta = join(home, '.docker/contexts/meta', createHash('sha256').update('lab').digest('hex'))
    mkdirSync(meta, { recursive: true })
    writeFileSync(join(home, '.docker/config.json'), '{"currentContext":"lab"}')
    writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: 'lab', Endpoints: { docker: { Host: `unix://${path}` } } }))
    expect((await connect()).address).toBe(`unix://${path}`)
    await expect(connect({ DOCKER_CONTEXT: 'gone' })).rejects.toMatchObject({
      code: 'NO_ENGINE',
      message: expect.stringContaining("DOCKER_CONTEXT names the docker context 'gone', but"),
    })
  })

  test('connectEngine says which version is needed when an engine is too old', async () => {
    const path = await listen('old.sock', { Version: '18.09', ApiVersion: '1.39' })
    await expect(connect({ DOCKER_HOST: `unix://${path}` })).rejects.toMatchObject({
      code: 'ENGINE_TOO_OLD',
      message: expect.stringContaining('version 18.09 speaks API 1.39; at least 1.41 is needed'),
    })
  })

  test('connectEngine refuses a file, and a server that is not an engine', async () => {
    writeFileSync(join(home, 'file.sock'), '')
    await expect(connect({ DOCKER_HOST: `unix://${home}/file.sock` })).rejects.toMatchObject({ code: 'NO_ENGINE' })
    const path = await listen('web.sock', ['hello'])
    await expect(connect({ DOCKER_HOST: `unix://${path}` })).rejects.toMatchObject({
      message: expect.stringContaining('the server there is not a Docker Engine'),
    })
  })

  test('connectEngine says which certificate is missing for TLS', async () => {
    writeFileSync(join(home, 'ca.pem'), '')
    await expect(connect({ DOCKER_HOST: 'tcp://127.0.0.1:1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: home })).rejects.toMatchObject({
      message: expect.stringContaining(`TLS is asked for, but ${home} lacks cert.pem, key.pem`),
    })
  })

  test('connectEngine names the group that may open a socket', async () => {
    const path = await listen('denied.sock', answer)
    chmodSync(path, 0o060)
    chmodSync(home, 0o755)
    const isRoot = process.getuid?.() === 0
    // Root may open everything: the test runs as uid 65534, with a socket of the group daemon.
    if (isRoot) chownSync(path, 0, 1)
    if (isRoot) process.seteuid?.(65_534)
    try {
      await expect(connect({ DOCKER_HOST: `unix://${path}` })).rejects.toMatchObject({
        code: 'ENGINE_DENIED',
        message: expect.stringMatching(
          /may not open the socket of an engine\. Tried:\n {2}unix:.*denied\.sock \(DOCKER_HOST\): uid \d+ may not open it$/,
        ),
        hint: expect.stringMatching(isRoot ? /`usermod -aG daemon .* belongs to the group 'daemon'/ : /usermod -aG/),
      })
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })
})
