import { UserError } from '@kernelkit/core/errors'
import { renameOptions } from '@kernelkit/core/options'
import type { BootVmOptions } from './boot-vm.ts'

const optionNames: Readonly<Record<string, keyof BootVmOptions>> = {
  kernel: 'kernel',
  image: 'image',
  root: 'root',
  initrd: 'initrd',
  init: 'init',
  arch: 'arch',
  memory: 'memory',
  cpus: 'cpus',
  accel: 'accel',
  append: 'append',
  share: 'shares',
  net: 'network',
  forward: 'forwards',
  'boot-timeout': 'bootTimeoutMs',
}

/** Errors name flags of the command; a caller of the library has written options. */
export async function inOptionNames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof UserError ? renameOptions(error, (flag) => optionNames[flag]) : error
  }
}
