import { expect, it } from 'vitest'
import { hostEnvironment } from './host-environment.ts'

const env = {
  PATH: '/bin',
  HOME: '/home/runner',
  GITHUB_SHA: 'abc',
  RUNNER_TEMP: '/temp',
  RUNNER_TRACKING_ID: 'github_1',
  KERNELKIT_CACHE_DIR: '/cache',
  HTTPS_PROXY: 'http://proxy',
  SSH_AUTH_SOCK: '/agent',
  GITHUB_TOKEN: 'secret',
  ACTIONS_RUNTIME_TOKEN: 'secret',
  ACTIONS_RESULTS_URL: 'https://example.invalid',
  INPUT_RUN: 'x',
  STATE_kept: '{}',
  DEPLOY: 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  DOCKER_AUTH_CONFIG: 'secret',
  CCACHE_REMOTE_STORAGE: 'redis://user:secret@host',
  NODE_OPTIONS: '--require x',
}

it("an Action's programs get what they need to run, and no variable that may be a secret of the workflow", () => {
  const given = ['PATH', 'HOME', 'GITHUB_SHA', 'RUNNER_TEMP', 'RUNNER_TRACKING_ID', 'KERNELKIT_CACHE_DIR', 'HTTPS_PROXY', 'SSH_AUTH_SOCK']
  expect(Object.keys(hostEnvironment(env))).toEqual(given)
  expect(JSON.stringify(hostEnvironment(env))).not.toContain('secret')
})

it('a variable that the workflow names is passed on', () => {
  expect(hostEnvironment(env, ['DEPLOY', 'NOT_SET'])).toMatchObject({ DEPLOY: 'secret' })
})
