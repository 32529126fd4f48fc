import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { archNames, listNames } from '@kernelkit/core/arch'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bzImage, vmlinux } from '../../test/fixture-kernels.ts'
import { readKernelImage } from './kernel-image.ts'

let directory = ''
const host = nodeHost()
const at = async (content: Buffer | string): Promise<string> => {
  const path = join(directory, host.randomHex(4))
  await writeFile(path, content)
  return path
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-test-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('readKernelImage', () => {
  it('reads width and release of a bzImage', async () => {
    expect(await readKernelImage(host, await at(bzImage({ release: '6.12.1', wide: true })))).toMatchObject({
      format: 'image',
      arch: 'x86_64',
      bootable: true,
      release: '6.12.1',
    })
    expect(await readKernelImage(host, await at(bzImage({ release: '6.1.0-rc1+', wide: false })))).toMatchObject({
      arch: 'i386',
      release: '6.1.0-rc1+',
    })
  })

  it('distinguishes a vmlinux with the PVH note from one without', async () => {
    expect(await readKernelImage(host, await at(vmlinux({ pvh: true })))).toMatchObject({
      format: 'vmlinux',
      arch: 'x86_64',
      bootable: true,
    })
    expect(await readKernelImage(host, await at(vmlinux({ pvh: false })))).toMatchObject({ bootable: false })
  })

  it.each([
    ['an empty file', '', /it is empty/],
    ['a text', 'hello\n', /it is a text file/],
    ['other bytes', Buffer.alloc(600), /neither the header of a (?:\w+, )*bzImage\b.* nor that of a vmlinux/],
    ['a cpio archive', '070701abc', /initramfs/],
    ['a gzip file', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), /gzip/],
  ])('says of %s what it is instead', async (_title, content, message) => {
    await expect(readKernelImage(host, await at(content))).rejects.toMatchObject({
      code: 'NOT_A_KERNEL',
      message: expect.stringMatching(message),
    })
  })

  it('does not take a static program for a kernel', async () => {
    const source = await at('int main(void){return 0;}')
    const program = `${source}.out`
    execFileSync('gcc', ['-static', '-x', 'c', '-o', program, source])
    await expect(readKernelImage(host, program)).rejects.toMatchObject({
      message: expect.stringContaining(`not a kernel for ${listNames(archNames)}`),
    })
  })

  it('does not follow a header to a place that no file has', async () => {
    const damaged = vmlinux({ pvh: true })
    damaged.writeBigUInt64LE(2n ** 63n, 72)
    await expect(readKernelImage(host, await at(damaged))).rejects.toMatchObject({ code: 'NOT_A_KERNEL' })
  })

  it('names a file that is not there', async () => {
    await expect(readKernelImage(host, join(directory, 'none'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})
