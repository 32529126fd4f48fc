import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ownTargets } from '@kernelkit/core/toolchain'
import { nodeHost } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import { connectEngine } from '../engine/connect-engine.ts'
import { baseTag } from './bootstrap-base.ts'
import { obtainToolchainImage } from './obtain-toolchain-image.ts'
import { defaultSuite } from './plan-toolchain.ts'

const repository = fileURLToPath(new URL('../../../..', import.meta.url))
const host = nodeHost()
let engine: Engine
let image: string
let directory: string
beforeAll(async () => {
  engine = await connectEngine(host)
  const spec = { kind: 'whole', suite: await defaultSuite(host), compiler: 'gcc', targets: ownTargets(engine.nodeArch) } as const
  const tool = { node: process.execPath, cli: join(repository, 'packages/cli'), agent: join(repository, 'packages/vm/agent') }
  image = (await obtainToolchainImage({ engine, host, spec, base: 'bootstrap', tool })).tag
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
  chmodSync(directory, 0o755)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** What `docker run --rm -v $PWD:/src [--user UID] IMAGE WORD…` says. */
async function run(
  words: readonly string[],
  user?: string,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }> {
  const container = await engine.docker.createContainer({
    Image: image,
    Cmd: [...words],
    Tty: false,
    HostConfig: { Mounts: [{ Type: 'bind', Source: directory, Target: '/src', ReadOnly: true }], NetworkMode: 'none' },
    ...(user === undefined ? {} : { User: user }),
  })
  try {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const stream = await container.attach({ stream: true, stdout: true, stderr: true })
    engine.docker.modem.demuxStream(stream, stdout, stderr)
    stream.on('end', () => [stdout, stderr].map((one) => one.end()))
    const ended = container.wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>
    await container.start()
    const [said, complaint, { StatusCode }] = await Promise.all([text(stdout), text(stderr), ended])
    return { stdout: said, stderr: complaint, exitCode: StatusCode }
  } finally {
    await container.remove({ force: true, v: true })
  }
}

test('its base was made here, under the name that docker/README.md gives to `docker build`', async () => {
  const base = baseTag(await defaultSuite(host), engine.nodeArch)
  const { RootFS } = await engine.docker.getImage(base).inspect()
  const whole = await engine.docker.getImage(image).inspect()
  expect(RootFS.Layers).toHaveLength(1)
  expect(whole.RootFS.Layers?.[0]).toBe(RootFS.Layers?.[0])
  const readme = await host.fs.readFile(join(repository, 'docker/README.md'), 'utf8')
  expect(readme).toContain(`--build-arg BASE=${baseTag('bookworm', 'x64')} `)
  // Both Dockerfiles take it as it is.
  for (const kind of ['kernelkit', 'toolchain'])
    expect(await host.fs.readFile(join(repository, 'docker', kind, 'Dockerfile'), 'utf8')).toMatch(/^ARG BASE=[^]*^FROM \$\{BASE\} AS /m)
})

test('the image is the kernelkit command, as a user other than root, in /src', async () => {
  const { version } = JSON.parse(await host.fs.readFile(join(repository, 'packages/cli/package.json'), 'utf8')) as { version: string }
  expect(await run(['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', exitCode: 0 })
  const { Config } = await engine.docker.getImage(image).inspect()
  expect(Config).toMatchObject({ User: '1000:1000', WorkingDir: '/src', Entrypoint: ['kernelkit'] })
})

test.for([undefined, '4321:4321', '0:0'])('it has what build, boot and ssh need, for user %s', async (user) => {
  const { stdout } = await run(['doctor', '--json'], user)
  const { checks } = JSON.parse(stdout) as { checks: readonly { name: string; status: string }[] }
  const status = Object.fromEntries(checks.map(({ name, status: one }) => [name, one]))
  expect(status).toMatchObject({ qemu: 'ok', 'vm owner': 'ok', build: 'ok', ccache: 'ok', git: 'ok', ssh: 'ok' })
})

test('it compiles a static program and packs it for any user, in its own store', async () => {
  writeFileSync(join(directory, 'hello.c'), '#include <stdio.h>\nint main(void) { puts("hello"); }\n')
  for (const [user, arch] of [
    ['1000:1000', 'x86_64'],
    ['4321:4321', 'i386'],
  ] as const) {
    expect(await run(['initrd', 'hello.c', '-a', arch, '-o', '/tmp/hello.cpio'], user)).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`initramfs of hello.c for ${arch}`),
    })
  }
})
