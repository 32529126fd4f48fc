import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { frameTypes, maxFrameBytes, protocolVersion, streamWindow } from '@kernelkit/core/agent'
import { archNames } from '@kernelkit/core/arch'
import { agentPortName } from '@kernelkit/core/qemu'
import { nodeHost, type Host } from '@kernelkit/host'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentEntries, joinInitrds } from './agent-initrd.ts'
import { compileGuestProgram, guestCompilerFlags, guestProgramDigest } from './agent-program.ts'

const sourceDirectory = fileURLToPath(new URL('../../agent/', import.meta.url))
const source = (name: string) => readFile(join(sourceDirectory, name), 'utf8')
const host = nodeHost()
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-agent-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('the agent', () => {
  it.each(archNames)('compiles for %s without a warning, to a small static program', async (arch) => {
    const path = join(directory, `agent-${arch}`)
    await compileGuestProgram({ program: 'agent', arch, to: path, host })
    expect((await stat(path)).size).toBeLessThan(64 * 1024)
    expect(execFileSync('readelf', ['-lW', path], { encoding: 'utf8' })).not.toMatch(/INTERP|DYNAMIC/)
    const files = [
      'init',
      'root',
      'populate',
      'network',
      'modules',
      'params',
      'serve',
      'setup',
      'sessions',
      'session-start',
      'session-input',
      'session-output',
      'session-exit',
      'command',
      'channel',
      'console-shell',
      'files',
      'text',
      'sys',
      'arch',
    ]
    const flags = guestCompilerFlags(arch).filter((flag) => flag !== '-s' && !flag.startsWith('-Wl'))
    for (const name of files)
      execFileSync('gcc', [...flags, '-Wall', '-Wextra', '-Werror', '-c', '-o', '/dev/null', join(sourceDirectory, `${name}.c`)])
  })

  it('speaks the numbers of the host: frame types, version, window, largest frame, port name', async () => {
    const channel = await source('channel.h')
    const inC = Object.fromEntries(
      [...channel.matchAll(/F_([A-Z_]+) = (\d+)/g)].map(([, name = '', value]) => [
        name.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        Number(value),
      ]),
    )
    const between = new Set(['request', 'reply', 'event', 'consoleBytes', 'terminalBytes'])
    expect(inC).toEqual(Object.fromEntries(Object.entries(frameTypes).filter(([name]) => !between.has(name))))
    expect(channel).toContain(`#define PROTOCOL_VERSION ${protocolVersion}`)
    expect(channel).toContain(`#define MAX_FRAME (${maxFrameBytes / 2 ** 20} << 20)`)
    expect(await source('session.h')).toContain(`#define WINDOW (${streamWindow / 1024} << 10)`)
    expect(await source('channel.c')).toContain(`"${agentPortName}"`)
  })

  it('is keyed by its sources and by how it is compiled', async () => {
    const digest = await guestProgramDigest('x86_64', host)
    expect(await guestProgramDigest('x86_64', host)).toBe(digest)
    expect(await guestProgramDigest('i386', host)).not.toBe(digest)
    const edited = {
      ...host,
      fs: {
        ...host.fs,
        readFile: async (path: string) => (path.endsWith('init.c') ? 'edited' : await source(path.slice(sourceDirectory.length))),
      },
    }
    expect(await guestProgramDigest('x86_64', edited as unknown as Host)).not.toBe(digest)
  })
})

describe('the archive', () => {
  it("after a user's own contains only /.kernelkit", () => {
    expect(agentEntries(new Uint8Array(3), 'appended').map((entry) => entry.path)).toEqual(['.kernelkit', '.kernelkit/init'])
  })

  it('of its own is a whole initramfs with /init and a console', () => {
    expect(agentEntries(new Uint8Array(3), 'whole').map((entry) => entry.path)).toEqual(
      expect.arrayContaining(['init', 'dev/console', 'proc', 'sys', 'run', 'tmp']),
    )
  })

  it.each([0, 1, 2, 3])("follows the user's at a multiple of four bytes (%i over)", async (over) => {
    const [user, agent, to] = [join(directory, 'user'), join(directory, 'agent'), join(directory, 'joined')]
    await host.fs.writeFile(user, 'u'.repeat(8 + over))
    await host.fs.writeFile(agent, '070701')
    await joinInitrds({ user, agent, to, host })
    const joined = await readFile(to, 'latin1')
    expect(joined.indexOf('070701') % 4).toBe(0)
    expect(joined).toBe(`${'u'.repeat(8 + over)}${'\0'.repeat((4 - over) % 4)}070701`)
  })

  it('holds a small gzip archive unpacked, and any other as it is', async () => {
    const [user, agent, to] = [join(directory, 'user'), join(directory, 'agent'), join(directory, 'joined')]
    await host.fs.writeFile(agent, 'AGENT')
    const joinedWith = async (content: Uint8Array) => {
      await host.fs.writeFile(user, content)
      await joinInitrds({ user, agent, to, host })
      return readFile(to, 'latin1')
    }
    const packed = gzipSync('12345678')
    expect(await joinedWith(packed)).toBe('12345678AGENT')
    expect(await joinedWith(Buffer.concat([packed, packed]))).toBe('1234567812345678AGENT')
    // What follows the gzip member would be lost.
    expect(await joinedWith(Buffer.concat([packed, Buffer.from('070701..')]))).toContain('070701..')
    expect(await joinedWith(packed.subarray(0, 20))).toBe(`${packed.subarray(0, 20).toString('latin1')}AGENT`)
  })
})
