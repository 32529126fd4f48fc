import { describe, expect, it } from 'vitest'
import { UserError } from '@kernelkit/core/errors'
import { givenOptions, writeError } from '@kernelkit/core/options'
import { nodeHost, packagesOf } from '@kernelkit/host'
import { readSetup } from './read-setup.ts'

const host = { ...nodeHost(), nodeArch: 'x64', uid: 1001 }
const packages = (inputs: Readonly<Record<string, unknown>>, nodeArch = 'x64') =>
  packagesOf(readSetup({ host: { ...host, nodeArch }, inputs: givenOptions(inputs) }).requirements)

describe('what the later steps need', () => {
  it('is what boots VMs, when no purpose is given', () => {
    expect(packages({})).toEqual(['qemu-system-x86', 'util-linux', 'openssh-client', 'zstd'])
    expect(readSetup({ host, inputs: {} })).toMatchObject({ boots: true, requireKvm: false })
  })

  it('has no QEMU where nothing boots, unless KVM is to be proven', () => {
    expect(packages({ for: 'build' })).not.toContain('qemu-system-x86')
    expect(packages({ for: 'build', requireKvm: true })).toContain('qemu-system-x86')
  })

  it('takes several purposes, and the compiler of the build', () => {
    const wanted = packages({ for: 'build, bake', compiler: 'clang-18' })
    expect(wanted).toEqual(expect.arrayContaining(['gcc', 'make', 'clang-18', 'ccache', 'git', 'mmdebstrap', 'uidmap']))
    expect(packages({ for: 'all' })).toEqual(expect.arrayContaining(['qemu-system-x86', 'make', 'mmdebstrap']))
  })

  it('has a cross compiler where the machine is another one', () => {
    expect(packages({ for: 'build', arch: 'x86_64' }, 'arm64')).toContain('gcc-x86-64-linux-gnu')
  })

  it.each([
    [{ for: 'boots' }, "the input `for` is 'boots'; allowed: boot, build, bake, all.", 'Did you mean `for: boot`?'],
    [
      { for: 'build', compiler: 'tcc' },
      "the input `compiler` is 'tcc'; allowed: gcc, gcc-N, clang, clang-N.",
      'Install another compiler in a step of your own.',
    ],
  ])('refuses %j', (inputs, message, hint) => {
    try {
      packages(inputs)
      expect.unreachable()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      expect(writeError(error, { door: 'action' })).toMatchObject({ message, hint })
    }
  })
})
