import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, lastLine, shell, testArtifacts } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

const { image, kernel, store } = testArtifacts()
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

describe('kernelkit bake', () => {
  it(
    'gives the same bytes from an emptied store',
    onlyFull('it fetches all packages again; packages/image/src/bake/bake.vm.test.ts makes an image again from those of the store'),
    async () => {
      const { exitCode, stdout } = await kernelkit(['bake', '--suite', 'bookworm', '--json', '--cache-dir', join(directory, 'store')], {
        timeoutMs: 9 * 60_000,
      })
      expect(exitCode).toBe(0)
      const baked = JSON.parse(stdout) as { image: string; cached: boolean; bytes: { allocated: number } }
      expect(baked.cached).toBe(false)
      expect(await sha256(baked.image)).toBe(await sha256(image))
      // The default image stays small: see bench/.
      expect(baked.bytes.allocated).toBeLessThan(260 * 2 ** 20)
    },
  )

  it('answers the same question from the store', async () => {
    const { stdout, stderr } = await kernelkit(['bake', '--suite', 'bookworm', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ image, cached: true, suite: 'bookworm', arch: 'x86_64' })
    expect(stderr).not.toMatch(/^(?:bootstrap bookworm|assemble the disk image)/m)
  })

  it('holds no key material', async () => {
    const script = 'ls /etc/ssh/ssh_host_* /root/.ssh/authorized_keys 2>/dev/null; grep "^root:" /etc/shadow'
    const { stdout } = await kernelkit(['run', '-k', kernel, '--image', image, '--', 'sh', '-c', script])
    expect(stdout).toMatch(/^root::/)
    expect(stdout.trim().split('\n')).toHaveLength(1)
  })

  for (const [what, args, named, tier = {}] of [
    ['a suite that does not exist', ['--suite', 'bookwurm'], /bookwurm/],
    ['an unreachable mirror', ['--suite', 'bookworm', '--mirror', 'http://127.0.0.1:9/debian'], /127\.0\.0\.1:9/],
    ['a missing key file', ['--ssh-key', './missing.pub'], /missing\.pub/],
    ['a size without a unit', ['--size', '4'], /--size/],
    ['an image size too small for the packages', ['--suite', 'bookworm', '--size', '32M'], /32M|too small/],
    ['an unknown architecture', ['--arch', 'x68'], /x68/],
    [
      'a package that does not exist',
      ['--suite', 'bookworm', '--include', 'no-such-package-at-all'],
      /no-such-package-at-all/,
      onlyFull('the packages of a whole system are extracted first'),
    ],
  ] as const) {
    it(`refuses ${what} with status 125, a code and a hint`, tier, async () => {
      const { exitCode, stderr } = await kernelkit(['bake', '--out', join(directory, 'out.ext4'), ...args], {
        cwd: directory,
        timeoutMs: 5 * 60_000,
      })
      expect(exitCode).toBe(125)
      expect(stderr).toMatch(/^[A-Z_]+: /m)
      expect(stderr).toMatch(/^Hint: /m)
      expect(stderr).toMatch(named)
      expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=\S+ exit=125/)
      expect(await readdir(directory)).not.toContain('out.ext4')
    })
  }

  it('refuses a private key where a public one belongs', async () => {
    await writeFile(join(directory, 'id'), '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n-----END OPENSSH PRIVATE KEY-----\n')
    const { exitCode, stderr } = await kernelkit(['bake', '--ssh-key', join(directory, 'id')])
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/private/i)
  })

  it(
    'says that the disk is full, and leaves nothing half-written',
    onlyFull('a whole root file system is copied; packages/host tests the error'),
    async ({ skip }) => {
      const { exitCode: isMountable } = await shell('unshare --mount --map-root-user true || [ "$(id -u)" = 0 ]')
      skip(isMountable !== 0, 'needs a private mount namespace for a small file system')
      const small = join(directory, 'small')
      // With the root file system of the store: what does not fit is the image.
      const rootfs = join(store, 'rootfs')
      const line = `set -e; mkdir ${small}; size=$(($(du -sm ${rootfs} | cut -f1) + 64)); mount -t tmpfs -o size=\${size}M tmpfs ${small}; cp -r ${rootfs} ${small}; code=0; kernelkit bake --suite bookworm --cache-dir ${small} || code=$?; ls ${small}/image ${small}/tmp 2>/dev/null || true; exit $code`
      const { exitCode, stderr, stdout } = await shell(
        `unshare --mount bash -c '${line.replace('kernelkit bake', '"$0" "$1" bake')}' "${process.execPath}" "$KERNELKIT_BIN"`,
        { env: { KERNELKIT_BIN: (await import('./lib/paths.ts')).kernelkitBin } },
      )
      expect(exitCode).toBe(125)
      expect(stderr).toContain(`DISK_FULL: no space is left at ${small}/`)
      expect(stdout.trim()).toBe(`${small}/tmp:`)
    },
  )
})
