import { describe, expect, it } from 'vitest'
import { groupName } from './kvm-device.ts'
import { judgeOutcome, probeArgv, probeRom } from './probe-guest.ts'
import { parseQemuVersion } from './qemu-version.ts'

describe('judgeOutcome', () => {
  it('judgeOutcome trusts KVM only after exit status 85', () => {
    expect(judgeOutcome({ kind: 'exited', exitCode: 85, signal: undefined, stderr: 'qemu: warning: x' })).toEqual({
      accel: 'kvm',
      code: 'works',
      reason: 'a probe guest ran under KVM',
    })
  })

  it.each([
    [{ kind: 'exited', exitCode: 33, signal: undefined, stderr: '' }, 'QEMU exited with status 33'],
    [{ kind: 'exited', exitCode: 0, signal: undefined, stderr: '' }, 'QEMU exited with status 0'],
    [
      { kind: 'exited', exitCode: undefined, signal: 'SIGABRT', stderr: 'qemu: warning: a\nqemu: error: failed to set MSR' },
      'QEMU was killed by SIGABRT, "qemu: error: failed to set MSR"',
    ],
    [
      { kind: 'stopped', status: 'internal-error', stderr: "qemu: warning: host doesn't support\nKVM internal error. Suberror: 1\nEAX=0" },
      'QEMU stopped it (internal-error), "KVM internal error. Suberror: 1"',
    ],
    [{ kind: 'silent', limitMs: 2000 }, 'no answer within 2 s'],
    [{ kind: 'not-started', message: 'spawn ENOENT' }, 'QEMU did not start (spawn ENOENT)'],
  ] as const)('judgeOutcome chooses TCG after %j', (outcome, reason) => {
    expect(judgeOutcome(outcome)).toEqual({
      accel: 'tcg',
      code: 'fails-probe',
      reason: `/dev/kvm opens, but a probe guest does not run under it: ${reason}`,
    })
  })
})

describe('the probe guest', () => {
  it('the probe guest is a ROM of 64 KiB that begins at the reset vector', () => {
    const rom = probeRom('bits64')
    expect(rom).toHaveLength(0x10000)
    // cli; a near jump back by 0xfff3 bytes.
    expect([rom[0], ...rom.subarray(0xfff0, 0xfff3)]).toEqual([0xfa, 0xe9, 0x0d, 0x00])
    expect(probeRom('bits32')).not.toEqual(rom)
  })

  it('probeArgv gives the probe guest this command line', () => {
    expect(probeArgv({ qemu: 'qemu-system-x86_64', accel: 'kvm', rom: '/tmp/x/probe.rom' }).join(' ')).toBe(
      'qemu-system-x86_64 -name guest=kernelkit-probe -accel kvm -machine pc -m 16 -nodefaults -no-user-config -display none -no-reboot' +
        ' -device isa-debug-exit,iobase=0xf4,iosize=4 -bios /tmp/x/probe.rom -qmp stdio -S',
    )
  })
})

describe('helpers', () => {
  it('groupName finds the name of a group', () => {
    expect(groupName('root:x:0:\nkvm:x:104:ann\n', 104)).toBe('kvm')
    expect(groupName('', 7)).toBe('gid 7')
  })

  it('parseQemuVersion reads the version of Debian and of a release candidate', () => {
    expect(parseQemuVersion('QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\n')).toBe('7.2.22')
    expect(parseQemuVersion('QEMU emulator version 10.0.0-rc1\n')).toBe('10.0.0')
    expect(parseQemuVersion('something else')).toBeUndefined()
  })
})
