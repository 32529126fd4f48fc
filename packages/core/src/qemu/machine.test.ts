import { describe, expect, it } from 'vitest'
import { accelArgs } from './machine.ts'

describe('the accelerator', () => {
  it.each([
    [{ accel: 'kvm', arch: 'x86_64' }, ['-accel', 'kvm', '-cpu', 'host']],
    [{ accel: 'tcg', arch: 'x86_64' }, ['-accel', 'tcg', '-cpu', 'max']],
    [{ accel: 'tcg', arch: 'x86_64', qemuVersion: '7.2.22' }, ['-accel', 'tcg', '-cpu', 'max,-cx16']],
    [{ accel: 'tcg', arch: 'x86_64', qemuVersion: '10.0.2' }, ['-accel', 'tcg', '-cpu', 'max']],
    [{ accel: 'kvm', arch: 'x86_64', qemuVersion: '7.2.22' }, ['-accel', 'kvm', '-cpu', 'host']],
    [{ accel: 'tcg', arch: 'i386' }, ['-accel', 'tcg', '-cpu', 'max,family=15']],
  ] as const)('of %j is spelt %j', (launch, argv) => {
    expect(accelArgs(launch)).toEqual(argv)
  })
})
