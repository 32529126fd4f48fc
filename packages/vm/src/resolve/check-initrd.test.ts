import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseArch } from '@kernelkit/core/arch'
import { writeCpio } from '@kernelkit/core/cpio'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkInitrd } from './check-initrd.ts'

const arch = parseArch('x86_64')
const host = nodeHost()
let directory: string
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'check-initrd-'))))
afterAll(() => rm(directory, { recursive: true }))

async function check(content: string | Uint8Array): Promise<unknown> {
  const path = join(directory, 'x')
  await writeFile(path, content)
  return checkInitrd(host, { path, arch, named: 'x' })
}

/** The head of a 64-bit little-endian program. */
function program(machine: number, bits: 1 | 2 = 2): Buffer {
  const head = Buffer.alloc(64)
  head.set([0x7f, 0x45, 0x4c, 0x46, bits, 1, 1])
  head.writeUInt16LE(2, 16)
  head.writeUInt16LE(machine, 18)
  return head
}
const withInit = (content: Uint8Array) => writeCpio([{ kind: 'file', path: 'init', mode: 0o755, content }])
const whole = withInit(Buffer.from('#!/bin/sh\n'))

it('accepts an archive, and says what of the kernel unpacks it', async () => {
  await expect(check(whole)).resolves.toEqual({ option: undefined })
  await expect(check(gzipSync(whole))).resolves.toEqual({ option: 'RD_GZIP' })
  // Microcode first, then an archive that only the kernel can unpack.
  await expect(check(Buffer.concat([whole, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3])]))).resolves.toEqual({ option: undefined })
  await expect(check(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]))).resolves.toEqual({ option: 'RD_ZSTD' })
})

it.each([
  ['an empty file', '', /it is empty/],
  ['zeros', Buffer.alloc(1000), /it begins with zeros/],
  ['a text', 'version: 1\n', /it is a text file/],
  ['a document', '{"kernel": "bzImage"}', /it is a text file/],
  ['a program', program(62), /it is a program \(ELF\)/],
  ['an old archive', '070707000000', /old format \(odc\)/],
  ['a tar archive', Buffer.concat([Buffer.alloc(257, 'a'), Buffer.from('ustar\0'), Buffer.alloc(300)]), /it is a tar archive/],
  ['an archive that is cut short', whole.subarray(0, -60), /cut short/],
  ['a gzip file that is cut short', gzipSync(whole).subarray(0, -20), /cut short/],
  ['a text in gzip', gzipSync('hello'), /cut short or damaged/],
  ['a program for another architecture', withInit(program(183)), /its \/init is a program for ELF machine 183, .* x86_64/],
])('refuses %s before anything starts', async (_title, content, what) => {
  await expect(check(content)).rejects.toMatchObject({
    code: 'NOT_AN_INITRD',
    message: expect.stringMatching(what) as string,
    hint: expect.anything() as unknown,
  })
})

it('accepts a program that the kernel of another width runs too', async () => {
  await expect(check(withInit(program(3, 1)))).resolves.toEqual({ option: undefined })
})
