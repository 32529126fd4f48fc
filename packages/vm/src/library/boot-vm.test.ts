import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost, openStore } from '@kernelkit/host'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { bzImage } from '../../test/fixture-kernels.ts'
import type { LibraryVmOptions } from '@kernelkit/core/options'
import type { BootVmOptions } from './boot-vm-options.ts'
import { bootInLibrary, bootVm } from './boot-vm.ts'
import type { BootVmContext } from './guest-types.ts'
import { inLibraryWords } from './library-words.ts'

describe('bootVm', () => {
  it.each<[BootVmOptions, string, string]>([
    [{ memory: 'lots' }, "`memory` 'lots' is not a size", "Write for instance `memory: '4G'`."],
    [{ forwards: ['80'] }, "`forwards` '80' is not", "Write for instance `forwards: ['8080:80']`"],
    [{ network: 'none', forwards: ['0:80'] }, "`forwards` '0:80' does not go together with `network: 'none'`", 'Leave one of them out.'],
    [{ init: 'sbin/init' }, "`init` 'sbin/init' is not allowed here", ''],
    [{ bootTimeoutMs: Number.NaN }, "`bootTimeoutMs` 'NaN' is not allowed here", ''],
    [{ bootTimeoutMs: 0 }, "`bootTimeoutMs` '0' is not allowed here", ''],
    [{ bootTimeoutMs: Number.POSITIVE_INFINITY }, "`bootTimeoutMs` 'Infinity' is not allowed here", ''],
    [{ bootTimeoutMs: -5 }, "`bootTimeoutMs` '-5' is not allowed here", ''],
    [{ bootTimeoutMs: 2.5 }, 'a positive whole number of milliseconds', ''],
    [{ shares: [{ host: '.', guest: 'mnt' }] }, '"mnt" is not an absolute path of the guest', ''],
    [{ shares: [{ host: '.', guest: '/' }] }, 'cannot replace the root of the guest', ''],
    [{ disks: [''] }, "`disks` '' is not allowed here", ''],
    [{ mac: '01:00:00:00:00:00' }, "`mac` '01:00:00:00:00:00' is not allowed here", ''],
    [{ cpus: 0 }, 'a whole number from 1 to 255', ''],
  ])('names the options of %j as its caller wrote them', async (options, message, hint) => {
    const error: unknown = await bootVm(options).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: expect.stringContaining(message) })
    expect(error).not.toMatchObject({ message: expect.stringContaining('--') })
    if (hint !== '') expect(error).toMatchObject({ hint: expect.stringContaining(hint) })
  })

  it.each<[BootVmOptions, string]>([
    [{ kernel: 'none' }, "`kernel: 'none'`: there is no such file or directory."],
    [{ kernel: 'bzImage', arch: 'i386' }, 'bzImage is a kernel for x86_64, not for i386 as `arch` says.'],
    [{ kernel: 'bzImage', qemu: './none' }, "`qemu: './none'`: there is no such program."],
  ])('names the options of %j in what it finds out later', async (options, message) => {
    const directory = await mkdtemp(join(tmpdir(), 'kernelkit-library-'))
    try {
      await writeFile(join(directory, 'bzImage'), bzImage({ release: '6.12', wide: true }))
      const host = nodeHost({ cwd: directory, env: { ...process.env, XDG_RUNTIME_DIR: directory } })
      const store = await openStore(host, join(directory, 'store'))
      await expect(inLibraryWords(() => bootInLibrary(options, { host, store: async () => store }))).rejects.toMatchObject({ message })
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  // What only types keep out, and JavaScript does not.
  it.each<[unknown, string]>([
    [{ shares: [{ host: '.', mode: 'rx' }] }, "the mode 'rx' is not one of cow, ro, rw"],
    [{ shares: [{ host: '.', gest: '/mnt' }] }, "'gest' is not known"],
    [{ kernal: 'x' }, 'the option `kernal` is not known'],
    [{ publish: ['1:2'] }, 'the option `publish` is not known'],
    [{ machine: 'q36' }, "`machine` 'q36' is not known; allowed: auto, microvm, q35, pc."],
    [{ persist: 'yes' }, "`persist` is 'yes'; it takes true or false."],
    [{ shares: ['.'] }, "`shares` is a list; it takes a list of objects such as { host: '.'"],
    [null, 'the options of `bootVm` are null, not an object.'],
    [undefined, 'the options of `bootVm` are undefined, not an object.'],
    ['vmlinux', 'the options of `bootVm` are a value of type string, not an object.'],
    [{ failOn: ['kasn'] }, "`failOn` 'kasn' is not a kind of report"],
    [{ memory: 1024 }, '`memory` is 1024; it takes a text.'],
    [{ kernel: '' }, 'it takes a text that is not empty.'],
  ])('refuses %j', async (options, message) => {
    await expect(bootVm(options as BootVmOptions)).rejects.toMatchObject({
      code: expect.stringMatching(/^BAD_/) as string,
      message: expect.stringContaining(message) as string,
    })
  })

  it.each<[unknown, string]>([
    [{ store: '/tmp' }, 'the second argument of `bootVm` has no option `store`'],
    [{ cacheDir: 1 }, '`cacheDir` is 1; it takes the path of a directory.'],
    [{ signal: {} }, '`signal` is an object; it takes an AbortSignal.'],
    [{ log: 'stderr' }, "`log` is 'stderr'; it takes a function."],
  ])('refuses %j as its second argument', async (context, message) => {
    await expect(bootVm({}, context as BootVmContext)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining(message) as string,
    })
  })

  it('has the options of the table', () => {
    expectTypeOf<BootVmOptions>().toEqualTypeOf<LibraryVmOptions>()
  })
})
