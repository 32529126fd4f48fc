import { describe, expect, it } from 'vitest'
import { UserError } from '@kernelkit/core/errors'
import { givenOptions } from '@kernelkit/core/options'
import { defaultArtifacts, parseBootRequest } from './inputs.ts'

const request = (raw: Readonly<Record<string, unknown>>, used: readonly string[] = []) => parseBootRequest(givenOptions(raw), used)

function refusal(raw: Readonly<Record<string, unknown>>): string {
  try {
    request(raw)
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${error.message}`
  }
  return 'taken'
}

describe('the inputs of boot-vm', () => {
  it('share a folder for artifacts with the guest', () => {
    expect(request({ run: 'true', name: 'a' }).guestArtifacts).toEqual({ path: 'kernelkit-artifacts', isOptional: true })
    expect(request({ run: 'true', artifacts: 'out' }, ['out']).spec.artifacts).toBe('out')
  })

  it('share nothing with a kernel that runs KUnit alone, which need not be able to', () => {
    const { spec, artifacts, guestArtifacts } = request({ kunit: true })
    expect({ shared: guestArtifacts ?? spec.artifacts, folder: artifacts }).toEqual({
      shared: undefined,
      folder: 'kernelkit-artifacts',
    })
  })

  it.each([
    [{}, /^BAD_INPUT: there is nothing to run/],
    [{ kunit: true, run: 'true' }, /^BAD_INPUT: .*run does not go together with --kunit/],
    [{ run: 'true', shell: 'python3' }, /^BAD_INPUT: the input shell is 'python3'/],
    [{ run: 'true', env: ['ACTIONS_RUNTIME_TOKEN'] }, /^BAD_INPUT: the input env names ACTIONS_RUNTIME_TOKEN/],
    [{ run: 'true', env: ['my_token=1'] }, /^BAD_INPUT: the input env names my_token/],
    [{ run: 'true', accel: 'kvn' }, /^BAD_OPTION: --accel 'kvn' is not known/],
    [{ keep: true }, /^taken$/],
  ])('%j: %s', (raw, expected) => {
    expect(refusal(raw)).toMatch(expected)
  })
})

describe('the default folder of artifacts', () => {
  it.each([
    [undefined, [], 'kernelkit-artifacts'],
    ['a', [], 'kernelkit-artifacts'],
    ['a', ['kernelkit-artifacts'], 'kernelkit-artifacts-a'],
    ['a', ['kernelkit-artifacts', 'kernelkit-artifacts-a'], 'kernelkit-artifacts-2'],
    [undefined, ['kernelkit-artifacts', 'kernelkit-artifacts-2'], 'kernelkit-artifacts-3'],
    [undefined, ['elsewhere'], 'kernelkit-artifacts'],
  ])('of the VM %s behind %j is %s', (name, used, folder) => {
    expect(defaultArtifacts(name, used)).toBe(folder)
  })
})
