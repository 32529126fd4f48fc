import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { UserError } from '@kernelkit/core/errors'
import { describe, expect, it } from 'vitest'
import { findKernelFiles } from './find-kernel-files.ts'
import { readRpmFile } from './unpack-rpm.ts'

const host = nodeHost()
const rpm = new URL('../../test/packages/tiny-kernel.rpm', import.meta.url).pathname

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  throw new Error('it was not refused')
}

describe('an rpm package', () => {
  it('is read when header and files have the digests that it carries', async () => {
    expect(await readRpmFile(host, rpm)).toMatchObject({ name: 'tiny-kernel', version: '6.1.5-200.fc37', arch: 'noarch' })
  })

  it.each([
    [
      'a changed byte of its files',
      (bytes: Buffer) => bytes.fill(0, bytes.length - 40, bytes.length - 39),
      'its files have another sha256',
    ],
    ['its end missing', (bytes: Buffer) => bytes.subarray(0, bytes.length - 10), 'its files have another sha256'],
    [
      'its name changed',
      (bytes: Buffer) => bytes.fill('T', bytes.lastIndexOf('tiny-kernel\0'), bytes.lastIndexOf('tiny-kernel\0') + 1),
      'its header has another sha256',
    ],
    ['half of its header', (bytes: Buffer) => bytes.subarray(0, 2000), 'cut short or damaged'],
    ['nothing of one', () => Buffer.from('!<arch>\n'), 'does not begin as an rpm package does'],
  ])('is refused with %s', async (_, damage, reason) => {
    await using directory = await host.tempDir()
    const file = join(directory.path, 'damaged.rpm')
    await writeFile(file, damage(await readFile(rpm)))
    expect(await refusal(readRpmFile(host, file))).toContain(reason)
  })
})

describe('the files of a kernel', () => {
  it.each([
    ['Debian up to 7.1', { kernel: 'boot/vmlinuz-6.1.0', config: 'boot/config-6.1.0', modules: 'lib/modules/6.1.0' }],
    ['Debian since', { kernel: 'usr/lib/modules/6.1.0/vmlinuz', config: 'usr/lib/modules/6.1.0/config', modules: 'usr/lib/modules/6.1.0' }],
    ['Fedora', { kernel: 'lib/modules/6.1.0/vmlinuz', config: 'lib/modules/6.1.0/config', modules: 'lib/modules/6.1.0' }],
    [
      'little-vm-helper',
      {
        kernel: 'data/kernels/bpf-next/boot/vmlinuz-6.1.0',
        config: 'data/kernels/bpf-next/boot/config-6.1.0',
        modules: 'data/kernels/bpf-next/lib/modules/6.1.0',
      },
    ],
  ])('are found in the layout of %s', async (_, { kernel, config, modules }) => {
    await using directory = await host.tempDir()
    const at = (path: string): string => join(directory.path, path)
    for (const path of [kernel, config, join(modules, 'kernel/dummy.ko')]) {
      await mkdir(join(at(path), '..'), { recursive: true })
      await writeFile(at(path), '')
    }
    expect(await findKernelFiles(host, directory.path)).toEqual({
      release: '6.1.0',
      kernel: at(kernel),
      config: at(config),
      systemMap: undefined,
      modules: at(modules),
    })
  })

  it('are not taken from where a link of a package leads', async () => {
    await using outside = await host.tempDir()
    await using directory = await host.tempDir()
    const at = (path: string): string => join(directory.path, path)
    await mkdir(join(outside.path, '6.1.0/kernel'), { recursive: true })
    await writeFile(join(outside.path, '6.1.0/vmlinuz'), '')
    await mkdir(at('lib'))
    await symlink(outside.path, at('lib/modules'))
    await mkdir(at('boot'))
    await symlink(join(outside.path, '6.1.0/vmlinuz'), at('boot/vmlinuz-6.1.0'))
    expect(await findKernelFiles(host, directory.path)).toBeUndefined()
    await writeFile(at('boot/vmlinuz-6.1.1'), '')
    expect(await findKernelFiles(host, directory.path)).toMatchObject({ release: '6.1.1', modules: undefined })
  })

  it('are those of the one kernel that has modules, and of several no guess is made', async () => {
    await using directory = await host.tempDir()
    const put = async (path: string): Promise<void> => {
      await mkdir(join(directory.path, path, '..'), { recursive: true })
      await writeFile(join(directory.path, path), '')
    }
    for (const release of ['6.1.0', '6.1.0.old', '6.12.0']) await put(`boot/vmlinuz-${release}`)
    await put('lib/modules/6.12.0/kernel/dummy.ko')
    expect(await findKernelFiles(host, directory.path)).toMatchObject({ release: '6.12.0' })
    await put('lib/modules/6.1.0/kernel/dummy.ko')
    await expect(findKernelFiles(host, directory.path, 'two.deb')).rejects.toMatchObject({
      code: 'BAD_KERNEL_REFERENCE',
      message: 'there are several kernels in two.deb: 6.1.0, 6.12.0.',
    })
  })
})
