import { expect, test } from 'vitest'
import { refuseDocker } from './refuse-docker.ts'

test.each(['exec', 'ssh', 'gdb', 'ps', 'stop', 'quickstart', 'test'])('%s says why it cannot follow into a container', (command) => {
  expect(() => refuseDocker(command, { toolchain: 'docker' })).toThrow(/--toolchain docker/)
  expect(() => refuseDocker(command, { toolchain: 'auto' })).not.toThrow()
})

test.each(['build', 'config', 'bake', 'initrd', 'boot', 'run', 'doctor', 'cache'])('%s goes on', (command) => {
  expect(() => refuseDocker(command, { toolchain: 'docker' })).not.toThrow()
})
