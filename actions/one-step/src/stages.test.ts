import { describe, expect, it } from 'vitest'
import { chooseStages } from './stages.ts'

describe('the parts of the step', () => {
  it('are setup and a guest with a kernel that nothing has to build, when there is only a script', () => {
    expect(chooseStages({ run: 'make check', memory: '1G' })).toEqual([
      { kind: 'action', name: 'setup-kvm', inputs: { for: 'boot' } },
      { kind: 'action', name: 'boot-vm', inputs: { run: 'make check', memory: '1G', kernel: 'debian:12/cloud' } },
    ])
  })

  it('are a guest for each kernel of a list, each with a name of its own', () => {
    const stages = chooseStages({ run: 'true', kernel: 'debian:12/cloud # small\ndebian:13, ./bzImage' })
    expect(stages.slice(1)).toEqual([
      { kind: 'action', name: 'boot-vm', inputs: { run: 'true', kernel: 'debian:12/cloud', name: 'debian-12-cloud' } },
      { kind: 'action', name: 'boot-vm', inputs: { run: 'true', kernel: 'debian:13', name: 'debian-13' } },
      { kind: 'action', name: 'boot-vm', inputs: { run: 'true', kernel: './bzImage', name: 'bzImage' } },
    ])
  })

  it('build and bake what is named, and boot that', () => {
    const stages = chooseStages({ run: 'true', source: '.', config: 'minimal', suite: 'bookworm', verbose: 'true' })
    expect(stages).toEqual([
      { kind: 'action', name: 'setup-kvm', inputs: { verbose: 'true', for: 'boot build bake' } },
      { kind: 'action', name: 'build-kernel', inputs: { source: '.', config: 'minimal', verbose: 'true' } },
      { kind: 'action', name: 'bake-image', inputs: { suite: 'bookworm', verbose: 'true' } },
      { kind: 'action', name: 'boot-vm', inputs: { run: 'true', verbose: 'true' } },
    ])
  })

  it('are a guest for a suite, which needs no script', () => {
    expect(chooseStages({ xfstests: 'generic/quick', 'suite-dir': 'x' })[1]).toEqual({
      kind: 'action',
      name: 'boot-vm',
      inputs: { xfstests: 'generic/quick', 'suite-dir': 'x', kernel: 'debian:12/cloud' },
    })
    expect(chooseStages({ kselftest: 'size', source: '.', memory: '1G' }).slice(1)).toEqual([
      { kind: 'action', name: 'build-kernel', inputs: { source: '.' } },
      { kind: 'action', name: 'boot-vm', inputs: { kselftest: 'size', memory: '1G' } },
    ])
    expect(() => chooseStages({ kselftest: 'size' })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', hint: expect.stringContaining('source: .') as string }) as Error,
    )
  })

  it('refuse an input that there is not, with the nearest', () => {
    expect(() => chooseStages({ kernle: 'debian:12' })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', hint: 'Did you mean kernel?' }) as Error,
    )
  })

  it.each([
    [{ memory: '4G' }, 'the input `memory` has no effect without `run`.'],
    [{ run: 'true', config: 'minimal' }, 'the input `config` has no effect without `source`.'],
  ])('refuse %j, which would be ignored', (inputs, message) => {
    expect(() => chooseStages(inputs)).toThrow(expect.objectContaining({ code: 'BAD_INPUT', message }) as Error)
  })

  it('are the tests of kernelkit.yaml without a script, under its own kernel or those of a list', () => {
    const files = (to: string) => ['--junit', `${to}/junit.xml`, '--artifacts', `${to}/files`, '--evidence', `${to}/evidence`]
    expect(chooseStages({}).slice(1)).toEqual([{ kind: 'test', words: ['test', ...files('kernelkit-artifacts')] }])
    expect(chooseStages({ kernel: 'debian:12 debian:13', artifacts: 'out' }).slice(1)).toEqual([
      { kind: 'test', words: ['test', '-k', 'debian:12', ...files('out-debian-12')] },
      { kind: 'test', words: ['test', '-k', 'debian:13', ...files('out-debian-13')] },
    ])
  })
})
