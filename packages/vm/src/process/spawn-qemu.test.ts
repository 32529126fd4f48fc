import { expect, it } from 'vitest'
import { qemuEnvironment } from './spawn-qemu.ts'

it('QEMU gets no variable that may be a secret', () => {
  const env = {
    PATH: '/bin',
    TZ: 'UTC',
    RUNNER_TRACKING_ID: 'github_1',
    LD_LIBRARY_PATH: '/opt/lib',
    GITHUB_TOKEN: 's',
    AWS_SECRET_ACCESS_KEY: 's',
    HOME: '/root',
  }
  expect(qemuEnvironment(env, '/overlays')).toEqual({
    PATH: '/bin',
    TZ: 'UTC',
    RUNNER_TRACKING_ID: 'github_1',
    LD_LIBRARY_PATH: '/opt/lib',
    TMPDIR: '/overlays',
  })
})
