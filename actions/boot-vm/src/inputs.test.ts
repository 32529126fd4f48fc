import { describe, expect, it } from 'vitest'
import { UserError } from '@kernelkit/core/errors'
import { givenOptions, writeError } from '@kernelkit/core/options'
import { defaultArtifacts, parseBootRequest } from './inputs.ts'

const request = (raw: Readonly<Record<string, unknown>>, used: readonly string[] = []) => parseBootRequest(givenOptions(raw), used)

function refusal(raw: Readonly<Record<string, unknown>>): string {
  try {
    request(raw)
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${writeError(error, { door: 'action' }).message}`
  }
  return 'taken'
}

describe('the inputs of boot-vm', () => {
  it('share a directory for artifacts with the guest', () => {
    expect(request({ run: 'true', name: 'a' }).guestArtifacts).toEqual({ path: 'kernelkit-artifacts', isOptional: true })
    expect(request({ run: 'true', artifacts: 'out' }, ['out']).spec.artifacts).toBe('out')
  })

  it('share nothing with a kernel that runs KUnit alone, which need not be able to', () => {
    const { spec, artifacts, guestArtifacts } = request({ kunit: true })
    expect({ shared: guestArtifacts ?? spec.artifacts, directory: artifacts }).toEqual({
      shared: undefined,
      directory: 'kernelkit-artifacts',
    })
  })

  it.each([
    [{}, /^BAD_INPUT: there is nothing to run: the input `run` is missing/],
    [{ kunit: true, run: 'true' }, /^BAD_INPUT: the input `run` does not go together with the input `kunit`/],
    [{ kselftest: 'size', run: 'true' }, /^BAD_INPUT: the input `run` does not go together with the input `kselftest`/],
    [{ kselftest: 'size' }, /^taken$/],
    [{ blktests: true, 'suite-dir': 'b' }, /^taken$/],
    [{ run: 'true', shell: 'python3' }, /^BAD_INPUT: the input `shell` is 'python3'/],
    [{ run: 'true', env: ['ACTIONS_RUNTIME_TOKEN'] }, /^BAD_INPUT: the input `env` names ACTIONS_RUNTIME_TOKEN/],
    [{ run: 'true', env: ['my_token=1'] }, /^BAD_INPUT: the input `env` names my_token/],
    [{ run: 'true', accel: 'kvn' }, /^BAD_OPTION: the input `accel` 'kvn' is not known/],
    [{ keep: true }, /^taken$/],
  ])('%j: %s', (raw, expected) => {
    expect(refusal(raw)).toMatch(expected)
  })
})

describe('the default directory of artifacts', () => {
  it.each([
    [undefined, [], 'kernelkit-artifacts'],
    ['a', [], 'kernelkit-artifacts'],
    ['a', ['kernelkit-artifacts'], 'kernelkit-artifacts-a'],
    ['a', ['kernelkit-artifacts', 'kernelkit-artifacts-a'], 'kernelkit-artifacts-2'],
    [undefined, ['kernelkit-artifacts', 'kernelkit-artifacts-2'], 'kernelkit-artifacts-3'],
    [undefined, ['elsewhere'], 'kernelkit-artifacts'],
  ])('of the VM %s after those in %j is %s', (name, used, directory) => {
    expect(defaultArtifacts(name, used)).toBe(directory)
  })
})
