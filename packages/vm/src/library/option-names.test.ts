import { describe, expect, it } from 'vitest'
import { bootVm, type BootVmOptions } from './boot-vm.ts'

describe('bootVm', () => {
  it.each<[BootVmOptions, string, string]>([
    [{ memory: 'lots' }, "memory 'lots' is not a size", 'write for instance memory: 4G.'],
    [{ forwards: ['80'] }, "forwards '80' is not", 'write for instance forwards: 8080:80'],
    [{ network: 'none', forwards: ['0:80'] }, 'network', 'leave one of them out.'],
    [{ init: 'sbin/init' }, "init 'sbin/init' is not allowed here", ''],
  ])('names the options of %j as its caller wrote them', async (options, message, hint) => {
    const error: unknown = await bootVm(options).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: expect.stringContaining(message) })
    expect(error).not.toMatchObject({ message: expect.stringContaining('--') })
    if (hint !== '') expect(error).toMatchObject({ hint: expect.stringContaining(hint) })
  })
})
