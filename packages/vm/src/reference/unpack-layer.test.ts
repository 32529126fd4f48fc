import { execFileSync } from 'node:child_process'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { nodeHost } from '@kernelkit/host'
import { describe, expect, it } from 'vitest'
import { layerBudget, unpackLayer } from './unpack-layer.ts'

const host = nodeHost()

/** A tar archive of files, and of what `more` says to tar. */
async function archive(directory: string, files: readonly string[], more: readonly string[] = []): Promise<Buffer> {
  for (const file of files) {
    await mkdir(join(directory, file, '..'), { recursive: true })
    await writeFile(join(directory, file), `content of ${file}`)
  }
  await mkdir(directory, { recursive: true })
  return execFileSync('tar', ['-cf', '-', '-C', directory, ...more, '.'])
}

async function unpacked(...layers: readonly Buffer[]): Promise<readonly string[]> {
  await using directory = await host.tempDir()
  const budget = layerBudget()
  await mkdir(join(directory.path, 'x'))
  for (const [index, layer] of layers.entries()) {
    const file = join(directory.path, `${index}.layer`)
    await writeFile(file, layer)
    await unpackLayer(host, { file, directory: join(directory.path, 'x'), budget, label: 'oci:test' })
  }
  const entries = await readdir(join(directory.path, 'x'), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.path.length + 3))
    .toSorted()
}

describe('a layer of an image', () => {
  it('gives the files of a kernel and nothing else, however it is packed', async () => {
    await using directory = await host.tempDir()
    const tar = await archive(directory.path, [
      'boot/vmlinuz',
      'usr/lib/modules/6.6.1/a.ko',
      'bin/sh',
      'data/kernels/6.6/boot/config-6.6.1',
    ])
    const expected = ['boot/vmlinuz', 'data/kernels/6.6/boot/config-6.6.1', 'usr/lib/modules/6.6.1/a.ko']
    expect(await unpacked(tar)).toEqual(expected)
    expect(await unpacked(gzipSync(tar))).toEqual(expected)
    expect(await unpacked(zstdCompressSync(tar))).toEqual(expected)
  })

  it('makes no link and no file outside of the directory', async () => {
    await using directory = await host.tempDir()
    await mkdir(join(directory.path, 'lib'))
    await symlink('/etc', join(directory.path, 'lib/modules'))
    await mkdir(join(directory.path, 'boot'))
    await symlink('/etc/hostname', join(directory.path, 'boot/vmlinuz'))
    const links = await archive(directory.path, [])
    await using other = await host.tempDir()
    const outside = await archive(other.path, ['boot/a'], ['--transform', 's,boot/a,boot/../../../escaped,', '-P'])
    await using third = await host.tempDir()
    const below = await archive(third.path, ['lib/modules/hostname'])
    expect(await unpacked(links, outside, below)).toEqual(['lib/modules/hostname'])
  })

  it('removes what it says that an earlier one had', async () => {
    await using first = await host.tempDir()
    await using second = await host.tempDir()
    const lower = await archive(first.path, ['boot/vmlinuz-6.1', 'boot/vmlinuz-6.6', 'lib/modules/6.1/a.ko', 'lib/modules/6.1/b.ko'])
    const upper = await archive(second.path, ['boot/.wh.vmlinuz-6.1', 'lib/modules/6.1/.wh..wh..opq', '.wh...'])
    expect(await unpacked(lower, upper)).toEqual(['boot/vmlinuz-6.6'])
  })

  it('is refused when it unpacks to more than any kernel has, and when it is damaged', async () => {
    await using directory = await host.tempDir()
    const file = join(directory.path, 'layer')
    const unpackWith = (content: Buffer, bytes: number) =>
      writeFile(file, content).then(() =>
        unpackLayer(host, { file, directory: directory.path, budget: { bytes, files: 10 }, label: 'oci:test' }),
      )
    await expect(unpackWith(gzipSync(Buffer.alloc(64 << 20)), 1 << 20)).rejects.toThrow(
      'oci:test: its layers unpack to more than any kernel has',
    )
    await using content = await host.tempDir()
    const tar = gzipSync(await archive(content.path, ['boot/vmlinuz']))
    await expect(unpackWith(tar.subarray(0, tar.length - 20), 1 << 20)).rejects.toThrow('oci:test: a layer is damaged')
  })
})
