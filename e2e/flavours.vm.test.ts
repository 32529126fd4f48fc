import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts, type CommandResult } from './lib/kernelkit.ts'
import { isFullRun } from './lib/tiers.ts'
import { repository } from '../tools/source-files.ts'

/** Each is fetched (25 to 120 MB) and booted three times: in the full tier only. */
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
const rows: string[] = []
let directory = ''

beforeAll(async () => {
  // Not below /tmp, which the guest has of its own.
  directory = await mkdtemp('/var/tmp/kernelkit-flavours-')
  await copyFile('/bin/busybox', join(directory, 'busybox')).catch(() => {})
})
afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})
beforeEach(({ skip }) => skip(!isFullRun(), 'KERNELKIT_TEST_FULL is not set: ten kernels would be fetched'))

const script = (tool: string): string => `${tool} uname -r && ${tool} modprobe dummy numdummies=1 && ls -d /sys/class/net/dummy0`.trim()

describe("Debian's kernels, release by release", () => {
  it.each(flavours)('%s boots on the root of this machine and on an image, and loads modules', async (reference) => {
    const run = (...args: readonly string[]): Promise<CommandResult> =>
      kernelkit(['run', '-k', reference, ...args, '--', 'sh', '-c', script('')])
    const onHost = await run('--root', 'host')
    const onImage = await run('--image', image)
    const release = onHost.stdout.split('\n')[0] ?? ''
    for (const { stdout, stderr } of [onHost, onImage]) {
      if (!/verdict=pass\b/.test(lastLine(stderr))) throw new Error(stderr)
      expect(stdout).toBe(`${release}\n/sys/class/net/dummy0\n`)
    }
    const way = /^directories over virtiofs/m.test(onHost.stderr) ? 'virtiofs' : '9p'
    const modules = /^modules (.*)$/m.exec(onHost.stderr)?.[1]?.split(' ').length ?? 0
    rows.push(`| \`${reference}\` | ${/^\d+\.\d+/.exec(release)?.[0]} | ${way} | ${modules} | yes | yes |`)
  })

  it('are in the table of docs/kernels.md as they booted', async () => {
    const path = join(repository, 'docs/kernels.md')
    const table = [
      '| kernel | series | root of this host over | modules before the agent | an image | `modprobe` |',
      '|---|---|---|---|---|---|',
      ...rows,
    ].join('\n')
    const page = await readFile(path, 'utf8')
    const written = page.replace(
      /(<!-- flavours -->\n)[\s\S]*?(\n<!-- flavours -->)/,
      (_, start: string, end: string) => `${start}${table}${end}`,
    )
    await expect(written).toMatchFileSnapshot(path)
  })
})
