import { describe, expect, it } from 'vitest'
import { jobVariables, pickVariables, refuseCredentials } from './guest-variables.ts'

const env = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_SHA: 'abc',
  GITHUB_TOKEN: 'secret',
  GITHUB_ENV: '/host/file',
  ACTIONS_RUNTIME_TOKEN: 'secret',
  ACTIONS_RESULTS_URL: 'https://example.invalid',
  INPUT_RUN: 'true',
  STATE_kept: '{}',
  RUNNER_OS: 'Linux',
  RUNNER_TEMP: '/host/temp',
  PATH: '/usr/bin',
  MINE: 'mine',
}

describe("a guest's environment", () => {
  it('holds the variables that describe the job, and no credential', () => {
    expect(jobVariables(env)).toEqual({ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_SHA: 'abc', RUNNER_OS: 'Linux' })
  })

  it('holds what is named and set, never what the runner alone may know', () => {
    expect(pickVariables({ env }, ['MINE', 'NOT_SET', 'GITHUB_TOKEN', 'ACTIONS_RESULTS_URL', 'INPUT_RUN', 'STATE_kept'])).toEqual({
      MINE: 'mine',
    })
  })

  it.each(['GITHUB_TOKEN', 'npm_config_token', 'ACTIONS_RESULTS_URL', 'INPUT_RUN', 'STATE_kept'])('refuses %s by name', (name) => {
    expect(() => refuseCredentials(['MINE', name])).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', details: { input: 'env', seen: name } }),
    )
  })
})
