import { describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts } from './lib/kernelkit.ts'

const { image } = testArtifacts()

describe("a distribution's kernel", () => {
  it('boots an image by its name, with the modules that disk, network and agent need', async () => {
    const script = 'uname -r; cat /sys/class/net/dummy0/operstate; grep -c eth0 /proc/net/route; test -w /'
    const { stdout, stderr } = await kernelkit([
      'run',
      '-k',
      'debian:12/cloud',
      '--image',
      image,
      '--module',
      'dummy',
      '--',
      'sh',
      '-c',
      script,
    ])
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
    expect(stdout).toMatch(/^6\.1\.0-\d+-cloud-amd64\ndown\n2\n$/)
    expect(stderr).toMatch(/^modules virtio .*\bvirtio_blk\b.*\bdummy$/m)
  })

  it('is refused with the flavours that there are, and a module with the nearest name', async () => {
    const flavour = await kernelkit(['run', '-k', 'debian:12/clout', '--root', 'none', '--', 'true'])
    expect(flavour.stderr).toMatch(
      /NO_SUCH_KERNEL: debian:12\/clout: .*debian:12\/cloud.*debian:12\/rt\.\nHint: Did you mean --kernel debian:12\/cloud\?/,
    )
    const module = await kernelkit(['run', '-k', 'debian:12/cloud', '--root', 'none', '--module', 'dumy', '--', 'true'])
    expect(module.stderr).toMatch(/NO_SUCH_MODULE: --module dumy: .*\nHint: Did you mean --module dummy\?/)
    expect([flavour.exitCode, module.exitCode]).toEqual([125, 125])
  })
})
