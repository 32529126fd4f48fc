import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost, openStore } from '@kernelkit/host'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { moduleInitrd } from './module-initrd.ts'

const host = nodeHost()
let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-test-'))
  await writeFile(join(directory, 'initrd'), '123')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const made = async (content: Buffer, name = 'frob.ko') => {
  const file = join(directory, name)
  await writeFile(file, content)
  const store = await openStore(host, join(directory, 'store'))
  const modules = [{ name: 'frob', file, optional: false }]
  return moduleInitrd({ initrd: join(directory, 'initrd'), modules, arch: 'x86_64', host, store })
}

/** The header of an object file: enough for a module that no kernel sees. */
const object = (machine: number, { is64 = true, type = 1 } = {}): Buffer => {
  const header = Buffer.alloc(64)
  header.write('\x7fELF', 'latin1')
  header.set([is64 ? 2 : 1, 1, 1], 4)
  header.writeUInt16LE(type, 16)
  header.writeUInt16LE(machine, 18)
  return header
}

it('modules follow the archive, unpacked, with the list of their order', async () => {
  await writeFile(join(directory, 'plain.ko'), object(62))
  execFileSync('xz', ['-k', '--check=crc32', join(directory, 'plain.ko')])
  const path = await made(await readFile(join(directory, 'plain.ko.xz')), 'frob.ko.xz')
  const archive = await readFile(path)
  expect(archive.subarray(0, 4).toString('latin1')).toBe('123\0')
  const names = execFileSync('cpio', ['-t', '--quiet'], { input: archive.subarray(4), encoding: 'utf8' })
  expect(names).toBe('.kernelkit\n.kernelkit/modules\n.kernelkit/modules.list\n.kernelkit/modules/frob\n')
  expect(archive.includes(object(62))).toBe(true)
})

it.each([
  ['of another architecture', object(3, { is64: false }), 'KERNEL_ARCH', /frob\.ko is for i386, the kernel for x86_64/],
  ['of an architecture that kernelkit does not know', object(183), 'KERNEL_ARCH', /another architecture \(ELF machine 183\)/],
  ['that is empty', Buffer.alloc(0), 'NO_SUCH_MODULE', /frob\.ko is damaged/],
  ['that is a text', Buffer.from('version https://git-lfs'), 'NO_SUCH_MODULE', /it is not an ELF object file/],
  ['that is a program', object(62, { type: 2 }), 'NO_SUCH_MODULE', /it is not an ELF object file/],
])('a module %s is refused by its name before anything starts', async (_what, content, code, message) => {
  await expect(made(content)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
})

it('a module that modules.dep lists, but is not there, or is cut short, is named', async () => {
  const store = await openStore(host, join(directory, 'store'))
  const modules = [{ name: 'gone', file: join(directory, 'gone.ko'), optional: false }]
  await expect(moduleInitrd({ initrd: join(directory, 'initrd'), modules, arch: 'x86_64', host, store })).rejects.toMatchObject({
    code: 'NO_SUCH_MODULE',
    message: expect.stringMatching(/gone\.ko, which modules\.dep lists, is not there/) as string,
  })
  const cut = object(62)
  // elf(5): e_shoff, e_shentsize and e_shnum of the 64-bit header.
  cut.writeBigUInt64LE(4096n, 40)
  cut.writeUInt16LE(64, 58)
  cut.writeUInt16LE(30, 60)
  await expect(made(cut)).rejects.toMatchObject({ code: 'NO_SUCH_MODULE', message: expect.stringContaining('it is cut short') as string })
})

it('gives the guest no file that a link of a checkout leads to', async () => {
  await writeFile(join(directory, 'secret'), 'a-secret')
  await symlink('secret', join(directory, 'link.ko'))
  const store = await openStore(host, join(directory, 'store'))
  const modules = [{ name: 'm', file: join(directory, 'link.ko'), optional: false }]
  const asked = moduleInitrd({ initrd: join(directory, 'initrd'), modules, arch: 'x86_64', host, store })
  await expect(asked).rejects.toMatchObject({ code: 'NO_SUCH_MODULE' })
})
