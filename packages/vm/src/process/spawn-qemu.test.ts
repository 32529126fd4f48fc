import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { unveiledMark } from '@kernelkit/core/qemu'
import { silentLogger } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { qemuEnvironment, reportUnveiled } from './spawn-qemu.ts'

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
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1:glibc.malloc.top_pad=16777216:glibc.malloc.arena_max=1',
  })
  expect(qemuEnvironment({ GLIBC_TUNABLES: 'mine' }, '/overlays')).toEqual({ GLIBC_TUNABLES: 'mine', TMPDIR: '/overlays' })
})

it('a home whose credentials cannot be hidden is reported once, whichever programs say so', async () => {
  const warned: string[] = []
  const log = { ...silentLogger, warn: (line: string) => warned.push(line) }
  for (const homes of [['/home/a'], ['/home/a', '/home/b']]) {
    const stderr = new PassThrough()
    reportUnveiled(stderr, { log })
    for (const home of homes) stderr.write(`${unveiledMark}${home}\n`)
    await setImmediate()
  }
  expect(warned.map((line) => line.slice(0, 22))).toEqual(['credentials in /home/a', 'credentials in /home/b'])
})
