import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost, openStore } from '@kernelkit/host'
import { describe, expect, it } from 'vitest'
import { bzImage } from '../../test/fixture-kernels.ts'
import { bootVm, type BootVmOptions } from './boot-vm.ts'

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
      await expect(bootVm(options, { host, store })).rejects.toMatchObject({ message })
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
    [{ memory: 1024, persist: 'yes' }, "`persist` 'yes' is not allowed here; it takes true or false."],
    [null, 'the options are null, not an object.'],
  ])('refuses %j', async (options, message) => {
    await expect(bootVm(options as BootVmOptions)).rejects.toMatchObject({
      code: expect.stringMatching(/^BAD_/) as string,
      message: expect.stringContaining(message) as string,
    })
  })
})
