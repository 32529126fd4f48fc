import { describe, expect, it } from 'vitest'
import { architectures, findArch, parseArch } from './index.ts'

describe('the architecture table', () => {
  it('answers to every name that is used somewhere: ours, Debian, uname', () => {
    const answers = ['x86_64', 'amd64', 'x86-64', 'AMD64', 'i386', 'i686', 'x86', 'i586', 'riscv64'].map((name) => findArch(name)?.name)
    expect(answers).toEqual(['x86_64', 'x86_64', 'x86_64', 'x86_64', 'i386', 'i386', 'i386', 'i386', undefined])
  })

  it('gives no name to two rows', () => {
    const names = architectures.flatMap(({ name, aliases, machineNames }) => [...new Set([name, ...aliases, ...machineNames])])
    expect(new Set(names).size).toBe(names.length)
  })

  it('finds the row of its own Debian name', () => {
    for (const arch of architectures) expect(findArch(arch.debianArch)).toBe(arch)
  })

  it('names what is allowed, and the nearest', () => {
    expect(() => parseArch('x86_46')).toThrow(
      expect.objectContaining({
        code: 'BAD_ARCH',
        message: expect.stringContaining('allowed: x86_64, amd64, x86-64, i386'),
        hint: 'did you mean --arch x86_64?',
      }),
    )
    expect(() => parseArch('sparc')).toThrow(expect.objectContaining({ code: 'BAD_ARCH', hint: 'choose one of these with --arch.' }))
  })
})
