import { execFileSync } from 'node:child_process'
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { nodeHost, openStore, type Host } from '@kernelkit/host'
import { describe, expect, it } from 'vitest'
import { bzImage } from '../../test/fixture-kernels.ts'
import { prepareKernel } from './prepare-kernel.ts'

const release = '6.1.0-50-cloud-amd64'

/** A Debian package with these files. */
async function makeDeb(directory: string, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const tree = join(directory, 'tree')
  await mkdir(join(tree, 'DEBIAN'), { recursive: true })
  await writeFile(
    join(tree, 'DEBIAN/control'),
    'Package: linux-image-test\nVersion: 6.1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: test\n',
  )
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(tree, path, '..'), { recursive: true })
    await writeFile(join(tree, path), content)
  }
  const deb = join(directory, 'linux-image-test.deb')
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-b', tree, deb], { stdio: 'pipe' })
  return deb
}

const kernelFiles = {
  [`boot/vmlinuz-${release}`]: bzImage({ release, wide: true }),
  [`boot/config-${release}`]: 'CONFIG_VIRTIO_PCI=m\n',
}

function prepare(host: Host, root: string, deb: string) {
  return openStore(host, root).then((store) =>
    prepareKernel(
      host,
      store,
      { kind: 'package-files', format: 'deb', paths: [deb] },
      { arch: 'x86_64', mirror: undefined, symbols: false },
    ),
  )
}

describe('a kernel in a package', () => {
  it('is unpacked into the store once, also when two ask for it at the same time', async () => {
    await using directory = await nodeHost().tempDir()
    const deb = await makeDeb(directory.path, kernelFiles)
    const runs: string[] = []
    const plain = nodeHost()
    const host: Host = {
      ...plain,
      run: (argv, options) => {
        runs.push(argv.join(' '))
        return plain.run(argv, options)
      },
    }
    const root = join(directory.path, 'store')
    const [one, other] = await Promise.all([prepare(host, root, deb), prepare(host, root, deb)])
    expect(other).toEqual(one)
    expect(runs.filter((line) => line.startsWith('dpkg-deb -x'))).toHaveLength(1)
    expect(await readFile(join(one.path, 'config'), 'utf8')).toBe('CONFIG_VIRTIO_PCI=m\n')
    expect(JSON.parse(await readFile(join(one.path, 'manifest.json'), 'utf8'))).toMatchObject({ release, arch: 'x86_64', modules: null })
  })

  it('is refused when the package is cut short, and when there is no kernel in it', async () => {
    await using directory = await nodeHost().tempDir()
    const deb = await makeDeb(directory.path, { 'usr/share/doc/nothing': 'none' })
    const root = join(directory.path, 'store')
    await expect(prepare(nodeHost(), root, deb)).rejects.toMatchObject({
      code: 'NOT_A_KERNEL',
      message: expect.stringContaining('linux-image-test.deb contains no kernel'),
      hint: expect.stringContaining('name both files with a comma between them'),
    })
    const whole = await readFile(deb)
    await truncate(deb, whole.length - 60)
    await expect(prepare(nodeHost(), root, deb)).rejects.toMatchObject({
      code: 'NOT_A_KERNEL',
      message: expect.stringContaining('is not a whole Debian package'),
    })
  })

  it('is not blamed when the disk is full', async ({ skip }) => {
    const host = nodeHost()
    await using directory = await host.tempDir()
    const deb = await makeDeb(directory.path, { ...kernelFiles, 'boot/large': randomBytes(4 << 20) })
    const root = join(directory.path, 'small')
    await mkdir(root)
    const mounted = await host.run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', root], { reject: false })
    skip(mounted.exitCode !== 0, `a small disk cannot be mounted here: ${mounted.stderr.trim()}`)
    try {
      await expect(prepare(host, root, deb)).rejects.toMatchObject({ code: 'DISK_FULL' })
    } finally {
      await host.run(['umount', root])
    }
  })
})
