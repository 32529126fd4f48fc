import { beforeEach, describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts, type CommandResult } from './lib/kernelkit.ts'
import { isFullRun } from './lib/tiers.ts'

/** Each is fetched (25 to 120 MB) and booted twice: in the full tier only. */
const flavours = [
  'debian:11/cloud',
  'debian:12',
  'debian:12/cloud',
  'debian:12/rt',
  'debian:12-backports',
  'debian:13',
  'debian:13/cloud',
  'debian:13/rt',
  'debian:13-backports/cloud',
  'debian:sid/cloud',
] as const

const { image } = testArtifacts()

beforeEach(({ skip }) => skip(!isFullRun(), 'KERNELKIT_TEST_FULL is not set: ten kernels would be fetched'))

const script = 'uname -r && modprobe dummy numdummies=1 && ls -d /sys/class/net/dummy0'

describe("Debian's kernels, release by release", () => {
  it.each(flavours)('%s boots on the root of this machine and on an image, and loads modules', async (reference) => {
    const run = (...args: readonly string[]): Promise<CommandResult> =>
      kernelkit(['run', '-k', reference, ...args, '--', 'sh', '-c', script])
    const onHost = await run('--root', 'host')
    const onImage = await run('--image', image)
    const release = onHost.stdout.split('\n')[0] ?? ''
    for (const { stdout, stderr } of [onHost, onImage]) {
      if (!/verdict=pass\b/.test(lastLine(stderr))) throw new Error(stderr)
      expect(stdout).toBe(`${release}\n/sys/class/net/dummy0\n`)
    }
  })
})
