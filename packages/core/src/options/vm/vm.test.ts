import { describe, expect, it } from 'vitest'
import { givenOptions } from '../given.ts'
import { UserError } from '../../errors/index.ts'
import { parseForward } from './vm-forward.ts'
import { parseShare } from './vm-share.ts'
import { parseExecSpec } from './exec.ts'
import { parseVmSpec } from './vm.ts'

const run = (raw: Record<string, unknown>) => parseVmSpec(givenOptions(raw), { command: 'run' })

/** Message and hint of the refusal. */
function refusal(raw: Record<string, unknown>): string {
  try {
    run(raw)
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint ?? ''}`
    throw error
  }
  return 'accepted'
}

describe('--user', () => {
  it('takes a time limit for a command in a running VM, with a unit', () => {
    expect(parseExecSpec(givenOptions({ timeout: '90s' })).timeoutMs).toBe(90_000)
    expect(parseExecSpec(givenOptions({})).timeoutMs).toBeUndefined()
    expect(() => parseExecSpec(givenOptions({ timeout: '90' }))).toThrow(/--timeout|timeout/)
  })

  it.each(['daemon', '_apt', 'systemd-network', '1000', '0', '1000:100', '4294967294'])('takes %s', (user) => {
    expect(parseVmSpec(givenOptions({ user }), { command: 'run' }).user).toBe(user)
    expect(parseExecSpec(givenOptions({ user })).user).toBe(user)
  })

  it.each(['a b', '-1', '1000:', ':5', 'root:root', '4294967295', '99999999999', 'a\0b', '../x'])('refuses %j', (user) => {
    const refusal = expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining('/etc/passwd') })
    expect(() => parseVmSpec(givenOptions({ user }), { command: 'run' })).toThrow(refusal)
    expect(() => parseExecSpec(givenOptions({ user }))).toThrow(refusal)
  })
})

describe('parseVmSpec', () => {
  it('has every default', () => {
    expect(run({})).toMatchInlineSnapshot(`
      {
        "accel": "auto",
        "allow": undefined,
        "append": [],
        "arch": undefined,
        "artifacts": undefined,
        "bootTimeoutMs": undefined,
        "console": "auto",
        "coreDumps": false,
        "cpus": undefined,
        "cwd": undefined,
        "disks": [],
        "dumpOn": [],
        "env": [],
        "evidence": undefined,
        "expect": undefined,
        "expose": [],
        "failOn": [
          "kasan",
          "kmsan",
          "kcsan",
          "kfence",
          "ubsan",
          "lockdep",
          "warning",
          "bug",
          "oops",
          "null-deref",
          "gpf",
          "rcu-stall",
          "soft-lockup",
          "hard-lockup",
          "hung-task",
          "workqueue-stall",
          "panic",
          "leak",
          "refcount",
          "atomic-sleep",
          "divide-error",
          "invalid-opcode",
          "stack-overflow",
          "list-corruption",
          "filesystem",
          "unexpected-reboot",
        ],
        "format": "auto",
        "forwards": [],
        "gdb": undefined,
        "gdbScript": undefined,
        "gdbTimeoutMs": 300000,
        "image": undefined,
        "init": {
          "kind": "agent",
        },
        "initrd": undefined,
        "inspectScripts": [],
        "junit": undefined,
        "keep": false,
        "kernel": undefined,
        "kunit": undefined,
        "logLimitBytes": 1073741824,
        "mac": "52:54:00:12:34:56",
        "machine": "auto",
        "memoryMiB": undefined,
        "mirror": undefined,
        "moduleFiles": [],
        "modules": [],
        "name": undefined,
        "net": "user",
        "onOops": "panic",
        "persist": false,
        "qemu": undefined,
        "qemuArgs": [],
        "root": {
          "kind": "auto",
        },
        "shareAs": "auto",
        "shareCwd": true,
        "shares": [],
        "ssh": false,
        "status": "full",
        "stdin": false,
        "suite": undefined,
        "symbols": false,
        "timeoutMs": undefined,
        "tty": false,
        "unconfined": false,
        "user": undefined,
        "waitForDebugger": false,
        "watchdog": "none",
      }
    `)
  })

  it.each([
    [{ memory: '2g' }, { memoryMiB: 2048 }],
    [{ memory: '512' }, { memoryMiB: 512 }],
    [{ root: './tree' }, { root: { kind: 'directory', path: './tree' } }],
    [{ init: 'systemd' }, { init: { kind: 'path', path: '/sbin/init', systemd: true } }],
    [{ arch: 'amd64' }, { arch: 'x86_64' }],
    [{ s: true }, { gdb: { kind: 'tcp', port: 1234 } }],
    [{ gdb: true }, { gdb: { kind: 'socket' } }],
    [{ gdb: '5555' }, { gdb: { kind: 'tcp', port: 5555 } }],
    [{ S: true }, { gdb: { kind: 'socket' }, waitForDebugger: true }],
    [
      { env: ['A', 'B=c=d'] },
      {
        env: [
          { name: 'A', value: undefined },
          { name: 'B', value: 'c=d' },
        ],
      },
    ],
    [{ noCwd: true }, { cwd: undefined, shareCwd: false }],
    [
      { noCwd: true, cwd: '/usr' },
      { cwd: '/usr', shareCwd: false },
    ],
    [
      { disk: ['a.img:ro', 'b.img'] },
      {
        disks: [
          { path: 'a.img', readonly: true },
          { path: 'b.img', readonly: false },
        ],
      },
    ],
    [{ append: ['a b', 'c="d e"'] }, { append: ['a', 'b', 'c="d e"'] }],
    [{ failOn: ['kasan,warning'] }, { failOn: ['kasan', 'warning'] }],
    [
      { timeout: '5s', bootTimeout: '2m' },
      { timeoutMs: 5000, bootTimeoutMs: 120_000 },
    ],
  ])('reads %j', (raw, expected) => {
    expect(run(raw)).toMatchObject(expected)
  })

  it.each([
    [{ memory: '64M' }, /at least 96M/],
    [{ memory: '95M' }, /at least 96M/],
    [{ memory: 'lots' }, /not a size/],
    [{ accel: 'kwm' }, /Did you mean --accel kvm/],
    [{ root: 'tree' }, /--root '?tree.*\.\/tree/s],
    [{ init: 'sbin/init' }, /absolute path/],
    [{ share: ['~/src:/mnt'] }, /--share '~\/src:\/mnt': ~ is not expanded here\./],
    [{ kernel: '${GITHUB_WORKSPACE}/linux' }, /\$\{GITHUB_WORKSPACE\} is not expanded here/],
    [{ gdb: 'uname' }, /port from 1 to 65535/],
    [{ gdb: '1', s: true }, /--gdb '1' does not go together with -s/],
    [{ env: ['1A=b'] }, /NAME or NAME=value/],
    [{ mac: '01:00:00:00:00:00' }, /multicast/],
    [{ cpus: '0' }, /from 1 to 255/],
    [{ failOn: ['kassan'] }, /Did you mean kasan/],
    [{ name: '../x' }, /letters, digits/],
    [{ timeout: '10' }, /not a duration/],
    [{ arch: 'x68_64' }, /Did you mean --arch x86_64/],
    [{ share: 5 }, /--share/],
    [{ cwd: 'src' }, /absolute path in the guest/],
    [{ net: 'none', forward: ['0:80'] }, /--forward '0:80' does not go together with --net none/],
    [{ qemuArg: ['-daemonize'] }, /--qemu-arg '-daemonize'.*foreground/],
    [{ net: 'none', ssh: true }, /--ssh does not go together with --net none/],
  ])('refuses %j and says what is allowed', (raw, message) => {
    expect(refusal(raw)).toMatch(message)
  })

  it("boots with the root's own init, runs with the agent", () => {
    expect(parseVmSpec({}, { command: 'boot' }).init).toEqual({ kind: 'own' })
  })
})

describe('parseShare', () => {
  it.each([
    ['.', { source: '.', guest: undefined, mode: 'cow' }],
    ['.:rw', { source: '.', guest: undefined, mode: 'rw' }],
    ['a:/mnt/', { source: 'a', guest: '/mnt', mode: 'cow' }],
    ['a://mnt/./b', { source: 'a', guest: '/mnt/b', mode: 'cow' }],
    ['/a:/mnt:ro', { source: '/a', guest: '/mnt', mode: 'ro' }],
  ])('reads %s', (raw, expected) => {
    expect(parseShare(raw)).toEqual(expected)
  })

  it.each(['', ':/mnt', 'a:mnt', 'a:/mnt:wr', 'a:/b:/c', 'a:/', 'a:/.//', 'a:/mnt/../etc'])('refuses %j', (raw) => {
    expect(() => parseShare(raw)).toThrow(expect.objectContaining({ code: 'BAD_SHARE' }))
  })
})

describe('parseForward', () => {
  it.each([
    ['8080:80', { protocol: 'tcp', address: '127.0.0.1', hostPort: 8080, guestPort: 80 }],
    ['0.0.0.0:0:22', { protocol: 'tcp', address: '0.0.0.0', hostPort: 0, guestPort: 22 }],
    ['localhost:53:53/udp', { protocol: 'udp', address: '127.0.0.1', hostPort: 53, guestPort: 53 }],
  ])('reads %s', (raw, expected) => {
    expect(parseForward(raw)).toEqual(expected)
  })

  it.each(['80', '80:', '70000:80', '80:0', '1.2.3.400:80:80', '80:80/sctp', 'a:b'])('refuses %j', (raw) => {
    expect(() => parseForward(raw)).toThrow(expect.objectContaining({ code: 'BAD_FORWARD' }))
  })

  it.each([
    [['8080:80', '8080:81'], undefined, '8080/tcp of this host is given twice: for 80 of the guest and for 81 of the guest'],
    [['0.0.0.0:8080:80', '8080:80'], undefined, '8080/tcp'],
    [['1234:80'], '1234', '1234/tcp of this host is given twice: for the gdb stub and for 80 of the guest'],
  ])('refuses one port of the host for two uses: %j, gdb %j', (forward, gdb, message) => {
    const raw = givenOptions({ forward, ...(gdb === undefined ? {} : { gdb }) })
    expect(() => parseVmSpec(raw, { command: 'run' })).toThrow(
      expect.objectContaining({ code: 'BAD_FORWARD', message: expect.stringContaining(message) }),
    )
  })

  it.each([[['0:80', '0:81']], [['53:53', '53:53/udp']], [['127.0.0.1:80:80', '127.0.0.2:80:80']]])(
    'takes %j, which are several ports',
    (forward) => {
      expect(parseVmSpec(givenOptions({ forward }), { command: 'run' }).forwards).toHaveLength(2)
    },
  )
})
