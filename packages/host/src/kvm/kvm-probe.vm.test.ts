import { access, chmod, constants, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findArch, type Arch } from '@kernelkit/core/arch'
import type { Host } from '../host.ts'
import { probeKvm } from './kvm-probe.ts'
import { nodeHost } from '../node-host.ts'
import { openStore } from '../store/open-store.ts'
import { runProbeGuest } from './probe-guest.ts'
import { qemuVersion } from './qemu-version.ts'

const arch = (name: string): Arch => findArch(name) ?? expect.fail(`no row ${name}`)
const x86_64 = arch('x86_64')
const i386 = arch('i386')
const opensKvm = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
  () => true,
  () => false,
)
/** /proc/cpuinfo of a machine with hardware virtualisation; elsewhere /dev/kvm is a software KVM, on which this project's machines are. */
const isHardwareKvm = /\b(vmx|svm)\b/.test(await nodeHost().fs.readFile('/proc/cpuinfo', 'utf8'))

let directory: string
let host: Host
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-kvm-'))
  host = nodeHost()
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('the probe guest', () => {
  it.each([
    ['bits64', x86_64],
    ['bits32', i386],
    ['plain', x86_64],
  ] as const)('the probe guest %s passes under TCG within its limit', async (variant, { qemuBinary }) => {
    expect(await runProbeGuest(host, { qemu: qemuBinary, accel: 'tcg', variant })).toMatchObject({ kind: 'exited', exitCode: 85 })
  })

  it('an interrupted probe leaves no QEMU running', async () => {
    const abort = new AbortController()
    const children: number[] = []
    const watched: Host = {
      ...host,
      spawn: (argv, options) => {
        const child = host.spawn(argv, options)
        children.push(child.pid ?? -1)
        queueMicrotask(() => abort.abort(new Error('interrupted')))
        return child
      },
    }
    await expect(
      runProbeGuest(watched, { qemu: x86_64.qemuBinary, accel: 'tcg', variant: 'bits64', signal: abort.signal }),
    ).rejects.toThrow('interrupted')
    expect(children).toHaveLength(1)
    expect(() => process.kill(children[0] ?? 0, 0)).toThrow('ESRCH')
  })

  it('a probe reports a QEMU that cannot start', async () => {
    expect(await runProbeGuest(host, { qemu: join(directory, 'no-qemu'), accel: 'tcg', variant: 'bits64' })).toMatchObject({
      kind: expect.stringMatching(/exited|not-started/),
    })
    const broken = join(directory, 'qemu')
    await writeFile(broken, '#!/bin/sh\necho "qemu: could not load bios" >&2\nexit 1\n')
    await chmod(broken, 0o755)
    expect(await runProbeGuest(host, { qemu: broken, accel: 'tcg', variant: 'bits64' })).toEqual({
      kind: 'exited',
      exitCode: 1,
      signal: undefined,
      stderr: 'qemu: could not load bios',
    })
  })
})

describe('probeKvm', () => {
  it('probeKvm proves a working KVM, and keeps the answer for this boot', async (context) => {
    if (!opensKvm) context.skip('no /dev/kvm that this user may open')
    const store = await openStore(host, directory)
    // Without int3, cmpxchg16b and loop the guest passes under a software KVM too: the real success path on any machine.
    const proven = await probeKvm(host, store, x86_64.qemuBinary, x86_64, { variant: 'plain' })
    expect(proven).toMatchObject({ accel: 'kvm', code: 'works', reason: 'a probe guest ran under KVM' })
    const counted = countSpawns(host)
    expect(await probeKvm(counted.host, store, x86_64.qemuBinary, x86_64, { variant: 'plain' })).toMatchObject({
      accel: 'kvm',
      code: 'works',
    })
    expect(counted.spawns()).toBe(0)
    await probeKvm(counted.host, store, x86_64.qemuBinary, x86_64, { variant: 'plain', fresh: true })
    expect(counted.spawns()).toBe(1)
  })

  it.each([x86_64, i386])('probeKvm refuses a software KVM for $name, with the reason', async (row) => {
    const store = await openStore(host, directory)
    const answer = await probeKvm(host, store, row.qemuBinary, row)
    const expected = !opensKvm
      ? /^tcg no-(device|permission) /
      : isHardwareKvm
        ? /^kvm works a probe guest ran/
        : /^tcg fails-probe .* does not run under it: /
    expect(`${answer.accel} ${answer.code} ${answer.reason}`).toMatch(expected)
    expect(answer.reason).not.toContain('\n')
  })

  it('probeKvm keeps the answer of a silent guest for ten minutes only', async (context) => {
    if (!opensKvm) context.skip('no /dev/kvm that this user may open')
    const store = await openStore(host, directory)
    // Speaks QMP, says that the guest runs, and never ends: what a KVM that hangs looks like.
    const mute = join(directory, 'qemu')
    await writeFile(
      mute,
      '#!/bin/sh\n[ "$1" = --version ] && echo "QEMU emulator version 1.0" && exit\necho \'{"event": "RESUME"}\'\nexec sleep 60 >/dev/null 2>&1\n',
    )
    await chmod(mute, 0o755)
    let now = 1_000_000
    const counted = countSpawns({ ...host, now: () => now })
    const ask = () => probeKvm(counted.host, store, mute, x86_64)
    expect((await ask()).reason).toMatch(/no answer within 2 s$/)
    now += 9 * 60_000
    await ask()
    expect(counted.spawns()).toBe(1)
    now += 2 * 60_000
    await ask()
    expect(counted.spawns()).toBe(2)
  })

  it('probeKvm starts no guest on a host of another architecture', async () => {
    const store = await openStore(host, directory)
    expect(await probeKvm({ ...host, nodeArch: 'arm64' }, store, x86_64.qemuBinary, x86_64)).toMatchObject({
      accel: 'tcg',
      code: 'other-arch',
      reason: 'KVM of this arm64 host cannot run x86_64 guests',
    })
  })

  it('probeKvm does not trust KVM for an architecture without a probe guest', async () => {
    const store = await openStore(host, directory)
    expect(await probeKvm(host, store, x86_64.qemuBinary, { ...x86_64, kvmProbe: undefined })).toMatchObject({
      accel: 'tcg',
      code: 'other-arch',
      reason: 'no probe guest proves KVM for x86_64 guests',
    })
  })

  it('probeKvm names the group that may open the device, and a device that is missing', async (context) => {
    const store = await openStore(host, directory)
    const failing = (code: string): Host => ({
      ...host,
      uid: 1001,
      fs: { ...host.fs, open: () => Promise.reject(Object.assign(new Error(code), { code })) },
    })
    expect(await probeKvm(failing('ENOENT'), store, x86_64.qemuBinary, x86_64)).toMatchObject({ accel: 'tcg', code: 'no-device' })
    expect(await probeKvm(failing('ENODEV'), store, x86_64.qemuBinary, x86_64)).toMatchObject({ accel: 'tcg', code: 'no-device' })
    if (!opensKvm) context.skip('no /dev/kvm whose owner could be named')
    expect(await probeKvm(failing('EACCES'), store, x86_64.qemuBinary, x86_64)).toMatchObject({
      accel: 'tcg',
      code: 'no-permission',
      reason: expect.stringMatching(
        /^\/dev\/kvm exists, but uid 1001 may not open it: (group \S+ may \(sudo usermod|it belongs to .* alone; a udev rule)/,
      ),
    })
  })
})

describe('qemuVersion', () => {
  it('qemuVersion asks QEMU once, and then reads its note', async () => {
    const store = await openStore(host, directory)
    expect(await qemuVersion(host, store, x86_64.qemuBinary)).toMatch(/^\d+\.\d+/)
    const mute: Host = { ...host, run: () => Promise.reject(new Error('asked again')) }
    expect(await qemuVersion(mute, store, x86_64.qemuBinary)).toMatch(/^\d+\.\d+/)
  })

  it('qemuVersion refuses a program other than QEMU', async () => {
    const store = await openStore(host, directory)
    await expect(qemuVersion(host, store, 'true')).rejects.toMatchObject({ code: 'NOT_QEMU' })
    await expect(qemuVersion(host, store, 'no-such-qemu')).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' })
  })
})

function countSpawns(real: Host): { host: Host; spawns: () => number } {
  let count = 0
  return {
    host: {
      ...real,
      spawn: (argv, options) => {
        count++
        return real.spawn(argv, options)
      },
    },
    spawns: () => count,
  }
}
