import { describe, expect, it } from 'vitest'
import { givenOptions } from '@kernelkit/core/options'
import { nodeHost } from '@kernelkit/host'
import { baseKey, defaultBranch, parseBase } from './base-result.ts'

const host = nodeHost({ env: { GITHUB_WORKFLOW: 'ci', GITHUB_JOB: 'boot' } })

describe('what a run is compared with', () => {
  const key = (options: Readonly<Record<string, unknown>>, accel = 'kvm') => baseKey(host, { options: givenOptions(options), accel })

  it('was asked for alike', () => {
    expect(key({ run: 'a', memory: '1G', cpus: '2' })).toBe(key({ cpus: '2', memory: '1G', run: 'b', timeout: '5m' }))
    expect(key({ memory: '1G' })).not.toBe(key({ memory: '2G' }))
    expect(key({}, 'tcg')).not.toBe(key({}, 'kvm'))
  })

  it.each([
    ['{"sha":"abc","seconds":{"ready":1.5,"command":"x"}}', { sha: 'abc', seconds: { ready: 1.5 } }],
    ['{"sha":1,"seconds":{}}', undefined],
    ['{"sha":"abc","seconds":null}', undefined],
    ['not json', undefined],
    ['', undefined],
  ])('is read with care: %s', (text, expected) => {
    expect(parseBase(text)).toEqual(expected)
  })

  it.each([
    ['{"repository":{"default_branch":"trunk"}}', 'trunk'],
    ['{"repository":{}}', undefined],
    ['{"schedule":"0 0 * * *"}', undefined],
    ['', undefined],
  ])('comes from the default branch that the payload names: %s', (payload, branch) => {
    expect(defaultBranch(payload)).toBe(branch)
  })
})
