import { describe, expect, it } from 'vitest'
import { accelArgs } from './machine.ts'

describe('the accelerator', () => {
  it.each([
    [{ accel: 'kvm', arch: 'x86_64' }, ['-accel', 'kvm', '-cpu', 'host']],
    [{ accel: 'tcg', arch: 'x86_64' }, ['-accel', 'tcg,thread=single', '-cpu', 'max']],
    [{ accel: 'tcg', arch: 'x86_64', qemuVersion: '7.2.22' }, ['-accel', 'tcg,thread=single', '-cpu', 'max,-cx16']],
    [{ accel: 'tcg', arch: 'x86_64', qemuVersion: '10.0.2' }, ['-accel', 'tcg,thread=single', '-cpu', 'max']],
    [{ accel: 'kvm', arch: 'x86_64', qemuVersion: '7.2.22' }, ['-accel', 'kvm', '-cpu', 'host']],
    [{ accel: 'tcg', arch: 'x86_64', cpus: 1 }, ['-accel', 'tcg', '-cpu', 'max']],
    [{ accel: 'tcg', arch: 'i386' }, ['-accel', 'tcg,thread=single', '-cpu', 'max,family=15']],
  ] as const)('of %j is spelt %j', (launch, argv) => {
    expect(accelArgs({ extraArgs: [], cpus: 2, ...launch })).toEqual(argv)
  })

  it("is the one among the user's own words of QEMU, which takes the first", () => {
    expect(accelArgs({ accel: 'tcg', arch: 'x86_64', cpus: 2, extraArgs: ['-accel', 'tcg,thread=multi'] })).toEqual(['-cpu', 'max'])
  })
})
