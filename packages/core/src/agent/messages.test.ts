import { describe, expect, it } from 'vitest'
import { frameTypes } from './frame.ts'
import {
  decodeCredit,
  decodeExit,
  decodeFailed,
  decodeHello,
  decodeText,
  encodeClock,
  encodeCredit,
  encodeExit,
  encodeKill,
  encodeResize,
  encodeSetup,
  encodeStart,
  frameTypeName,
} from './messages.ts'

const text = (bytes: Uint8Array) => decodeText(bytes)

describe('messages to the guest', () => {
  it('START is five numbers, then texts that each end with a NUL', () => {
    const bytes = encodeStart({
      argv: ['sh', '-c', 'ä'],
      env: { A: 'b=c' },
      cwd: '/x',
      user: '',
      stdin: true,
      tty: { columns: 80, rows: 24 },
    })
    expect([...bytes.subarray(0, 20)]).toEqual([3, 0, 0, 0, 80, 0, 0, 0, 24, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0])
    expect(text(bytes.subarray(20))).toBe('/x\0\0sh\0-c\0ä\0A=b=c\0')
  })

  it('START without terminal and stdin has no flags', () => {
    expect([...encodeStart({ argv: ['true'], env: {}, cwd: '', user: '', stdin: false, tty: undefined }).subarray(0, 4)]).toEqual([
      0, 0, 0, 0,
    ])
  })

  it.each([
    ['a word on the console', { announced: true }, 4],
    ["the host's files as they are now", { fresh: true }, 8],
  ])('START asks for %s by a flag', (_what, asked, expected) => {
    const [flags] = encodeStart({ argv: ['true'], env: {}, cwd: '', user: '', stdin: false, tty: undefined, ...asked })
    expect(flags).toBe(expected)
  })

  it('START ends with the files that stay cached, each after what distinguishes it from another of its name', () => {
    const held = [
      { path: '/lib/libc.so.6', identity: '7:1' },
      { path: '/bin/sh', identity: '8:2' },
    ]
    const bytes = encodeStart({ argv: ['true'], env: { A: 'b' }, cwd: '', user: '', stdin: false, tty: undefined, fresh: true, held })
    expect(text(bytes.subarray(20))).toBe('\0\0true\0A=b\x007:1 /lib/libc.so.6\x008:2 /bin/sh\0')
  })

  it('START refuses a NUL, which would end the word in the guest', () => {
    expect(() => encodeStart({ argv: ['a\0b'], env: {}, cwd: '', user: '', stdin: false, tty: undefined })).toThrow(/NUL/)
  })

  it('START refuses half of a surrogate pair, which has no bytes', () => {
    for (const word of ['\uD83D', 'a\uDE00b'])
      expect(() => encodeStart({ argv: [word], env: {}, cwd: '', user: '', stdin: false, tty: undefined })).toThrow(/surrogate/)
    expect(encodeStart({ argv: ['\u{1F600}'], env: {}, cwd: '', user: '', stdin: false, tty: undefined }).length).toBeGreaterThan(0)
  })

  it('SETUP carries flags, host name and files', () => {
    const bytes = encodeSetup({
      hostname: 'vm',
      ssh: true,
      files: [{ path: '/run/k', mode: 0o600, content: 'é' }],
    })
    expect([...bytes.subarray(0, 8)]).toEqual([1, 0, 0, 0, 1, 0, 0, 0])
    expect([...bytes.subarray(8)]).toEqual([118, 109, 0, 0x80, 1, 0, 0, 2, 0, 0, 0, ...new TextEncoder().encode('/run/k\0é')])
  })

  it('CLOCK is seconds beyond 32 bits and nanoseconds', () => {
    expect([...encodeClock((2 ** 32 + 5) * 1000 + 250)]).toEqual([5, 0, 0, 0, 1, 0, 0, 0, 0x80, 0xb2, 0xe6, 0x0e])
  })

  it('KILL and RESIZE are numbers', () => {
    expect([...encodeKill(15)]).toEqual([15, 0, 0, 0])
    expect([...encodeResize(300, 2)]).toEqual([44, 1, 0, 0, 2, 0, 0, 0])
  })
})

describe('messages from the guest', () => {
  it('EXIT comes back as it went, beyond 32 bits', () => {
    const exit = { exitCode: 139, signal: 11, stdoutBytes: 2 ** 40 + 3, stderrBytes: 0, tainted: 2 ** 18, artifacts: true }
    expect(decodeExit(encodeExit(exit))).toEqual(exit)
    expect(decodeExit(encodeExit(exit).subarray(0, 32))).toEqual({ ...exit, artifacts: false })
    const refused = { ...exit, exitCode: 126, notStarted: 'no-user' as const }
    expect(decodeExit(encodeExit(refused))).toEqual(refused)
    const cut = { ...exit, lost: { tag: 'share0', errno: 28 } }
    expect(decodeExit(encodeExit(cut))).toEqual(cut)
  })

  it('CREDIT names its stream', () => {
    expect(decodeCredit(encodeCredit('stderr', 65_536))).toEqual({ stream: 'stderr', bytes: 65_536 })
  })

  it('reads why the guest could not be prepared, and what its kernel or its root lacks', () => {
    const failed = (text: string) => decodeFailed(new TextEncoder().encode(text))
    expect(failed('no root')).toEqual({ message: 'no root', lacking: undefined, rootLacks: undefined })
    expect(failed('no share\u00009p')).toEqual({ message: 'no share', lacking: ['9p'], rootLacks: undefined })
    expect(failed('no sshd\0\0ssh-server')).toEqual({ message: 'no sshd', lacking: undefined, rootLacks: 'ssh-server' })
    expect(failed('no share\u00009p,virtio-console').lacking).toEqual(['9p', 'virtio-console'])
    // Words end in a hint that the user may paste.
    expect(failed('no share\0$(id),9p,A B,').lacking).toEqual(['9p'])
    expect(failed(`no share\0${'x,'.repeat(1000)}`).lacking).toHaveLength(16)
    // A word of the guest that we do not know.
    expect(failed('no sshd\0\0everything')).toMatchObject({ rootLacks: undefined })
  })

  it('HELLO is a version and the release', () => {
    expect(decodeHello(Uint8Array.from([1, 0, 0, 0, ...new TextEncoder().encode('6.12.0-rc1')]))).toEqual({
      version: 1,
      release: '6.12.0-rc1',
    })
  })
})

describe('frame types', () => {
  it('have a name for messages, and a number where there is none', () => {
    expect(frameTypeName(frameTypes.stdinEof)).toBe('stdinEof')
    expect(frameTypeName(99)).toBe('type 99')
  })
})
