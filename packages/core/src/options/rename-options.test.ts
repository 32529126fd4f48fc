import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { renameOptions } from './rename-options.ts'

const renamed = (message: string, hint: string) => {
  const { message: said, hint: advised } = renameOptions(new UserError('BAD_OPTION', message, { hint }), (option) =>
    option === 'boot-timeout' ? 'bootTimeoutMs' : option === 'qemu' ? undefined : option,
  )
  return [said, advised]
}

describe('renameOptions', () => {
  it.each([
    ["--memory 'lots' is not a size.", 'write for instance --memory 4G.', "memory 'lots' is not a size.", 'write for instance memory: 4G.'],
    ['--net none and --ssh.', 'leave --ssh out.', 'net none and ssh.', 'leave ssh out.'],
    ['--boot-timeout x', '--qemu FILE', 'bootTimeoutMs x', '--qemu FILE'],
    ['no root.', 'kernelkit bake --arch i386, or --root DIR.', 'no root.', 'kernelkit bake --arch i386, or root: DIR.'],
    ['--gdb=PORT', '`kernelkit run --gdb` and --gdb=1.', 'gdb PORT', '`kernelkit run --gdb` and gdb: 1.'],
  ])('names the options of %j as keys', (message, hint, said, advised) => {
    expect(renamed(message, hint)).toEqual([said, advised])
  })
})
