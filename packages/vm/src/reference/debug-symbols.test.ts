import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { arrangeSymbols } from './debug-symbols.ts'

const host = nodeHost()
const release = '6.1.0-9-amd64'
let [made, directory] = ['', '']
/** A program with a build id, another one, and the first without its symbols as a kernel image has it inside. */
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'kernelkit-symbols-'))
  for (const [name, text] of [
    ['one', 'void _start(void) { for (;;) ; }'],
    ['two', 'void _start(void) { for (;;) _start(); }'],
  ] as const) {
    await writeFile(join(made, `${name}.c`), text)
    execFileSync('gcc', ['-g', '-nostdlib', '-static', '-Wl,--build-id=sha1', '-o', join(made, name), join(made, `${name}.c`)])
  }
  execFileSync('objcopy', ['-S', join(made, 'one'), join(made, 'stripped')])
})
afterAll(() => rm(made, { recursive: true }))
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-test-'))
  await mkdir(join(directory, 'to'))
  await cp(join(made, 'stripped'), join(directory, 'to/vmlinux'))
})
afterEach(() => rm(directory, { recursive: true }))

const arrange = async (vmlinux: string | undefined, path = `boot/vmlinux-${release}`) => {
  const debug = join(directory, 'x/usr/lib/debug')
  await mkdir(join(debug, `lib/modules/${release}/kernel`), { recursive: true })
  await writeFile(join(debug, `lib/modules/${release}/kernel/dummy.ko`), '')
  if (vmlinux !== undefined) await cp(join(made, vmlinux), join(debug, path), { recursive: true })
  return arrangeSymbols(host, { from: join(directory, 'x'), to: join(directory, 'to'), release, label: 'debian:12' })
}

it.each([`boot/vmlinux-${release}`, `usr/lib/modules/${release}/vmlinux`, `lib/modules/${release}/vmlinux`])(
  'debug symbols of the same build id are kept next to the kernel, with its modules (%s)',
  async (path) => {
    expect(await arrange('one', path)).toEqual({ symbols: 'symbols', debugVmlinux: `symbols/${path}` })
    expect(await readdir(join(directory, `to/symbols/lib/modules/${release}/kernel`))).toEqual(['dummy.ko'])
  },
)

it('debug symbols of another build are refused with both build ids', async () => {
  await expect(arrange('two')).rejects.toMatchObject({
    code: 'VMLINUX_OF_OTHER_BUILD',
    message: expect.stringMatching(
      /symbols of debian:12 are of another build: their build id is [0-9a-f]{40}, the kernel's [0-9a-f]{40}/,
    ) as string,
  })
  expect(await readdir(join(directory, 'to'))).toEqual(['vmlinux'])
})

it('modules alone are kept, and a kernel without debug symbols has none', async () => {
  expect(await arrange(undefined)).toEqual({ symbols: 'symbols' })
  const without = { from: join(directory, 'none'), to: join(directory, 'to'), release, label: 'debian:12' }
  expect(await arrangeSymbols(host, without)).toBeUndefined()
})
