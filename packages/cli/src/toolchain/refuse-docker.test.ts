import { expect, test } from 'vitest'
import { refuseDocker } from './refuse-docker.ts'

test.each(['exec', 'ssh', 'gdb', 'ps', 'stop', 'quickstart', 'test'])('%s is refused with --toolchain docker', (command) => {
  expect(() => refuseDocker(command, { toolchain: 'docker' })).toThrow(/--toolchain docker/)
  expect(() => refuseDocker(command, { toolchain: 'auto' })).not.toThrow()
})

test.each(['build', 'config', 'bake', 'initrd', 'boot', 'run', 'doctor', 'cache'])('%s is allowed with --toolchain docker', (command) => {
  expect(() => refuseDocker(command, { toolchain: 'docker' })).not.toThrow()
})

test('the hint names what works instead', () => {
  let thrown: unknown
  try {
    refuseDocker('exec', { toolchain: 'docker' })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({
    code: 'NOT_IN_CONTAINER',
    message:
      'kernelkit exec does not go together with --toolchain docker: exec reaches the VMs of this machine, and a VM in a container ends with the command that started it.',
    hint: 'Start the VM with --toolchain host and --keep, and leave out --toolchain docker here.',
  })
})
