import { execFileSync } from 'node:child_process'
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
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

/** What depmod reads of a module: a function that it exports, and one that it needs. */
function moduleFile(directory: string, name: string, needs: string): Buffer {
  const source = `.section __ksymtab_strings,"aMS",@progbits,1
.asciz "${name}_call"
.text
.globl ${name}_call
${name}_call: call ${needs}_call
.globl __ksymtab_${name}_call
.section ___ksymtab+${name}_call,"a"
__ksymtab_${name}_call: .long 0
.section .modinfo,"a"
.asciz "name=${name}"
`
  const file = join(directory, `${name}.o`)
  execFileSync('gcc', ['-x', 'assembler', '-c', '-o', file, '-'], { input: source })
  return readFileSync(file)
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

  it('gets the list of its modules where the package has none, and is refused with the modules that need each other in a circle', async () => {
    await using directory = await nodeHost().tempDir()
    const place = `lib/modules/${release}/kernel`
    const [one, other] = [moduleFile(directory.path, 'one', 'other'), moduleFile(directory.path, 'other', 'third')]
    const root = join(directory.path, 'store')
    const sound = { ...kernelFiles, [`${place}/one.ko`]: one, [`${place}/other.ko`]: other }
    const { path } = await prepare(nodeHost(), root, await makeDeb(directory.path, sound))
    expect((await readFile(join(path, 'modules/lib/modules', release, 'modules.dep'), 'utf8')).split('\n').toSorted()).toEqual([
      '',
      'kernel/one.ko: kernel/other.ko',
      'kernel/other.ko:',
    ])
    const circle = await makeDeb(directory.path, { ...sound, [`${place}/third.ko`]: moduleFile(directory.path, 'third', 'one') })
    await expect(prepare(nodeHost(), root, circle)).rejects.toMatchObject({
      code: 'NOT_A_KERNEL',
      message: expect.stringMatching(
        /^the modules of linux-image-test\.deb cannot be put in an order .*: Cycle detected: \w+ -> \w+ -> /,
      ) as string,
    })
  })

  it('is refused when it is of another architecture than the one that is asked for', async () => {
    await using directory = await nodeHost().tempDir()
    const host = nodeHost()
    const deb = await makeDeb(directory.path, { ...kernelFiles, [`boot/vmlinuz-${release}`]: bzImage({ release, wide: false }) })
    const store = await openStore(host, join(directory.path, 'store'))
    const reference = {
      kind: 'addresses',
      format: 'deb',
      files: [{ url: pathToFileURL(deb).href, sha256: await host.sha256File(deb) }],
    } as const
    const prepared = (arch: 'x86_64' | 'i386') => prepareKernel(host, store, reference, { arch, mirror: undefined, symbols: false })
    await expect(prepared('x86_64')).rejects.toMatchObject({
      code: 'KERNEL_ARCH',
      message: 'linux-image-test.deb is a kernel for i386, not for x86_64.',
    })
    expect((await prepared('i386')).shown).toBe('linux-image-test.deb')
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
