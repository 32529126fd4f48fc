import { UserError, command, message, option, type Message } from '@kernelkit/core/errors'
import type { GlobalOptions } from '../global-options.ts'

const inDocker = option('toolchain', 'docker')
const inHost = option('toolchain', 'host')

/** Commands that work with what runs on this machine, and what to do where a container was asked for. */
const reasons: Readonly<Record<string, readonly [what: string, hint: Message]>> = {
  ...Object.fromEntries(
    ['exec', 'ssh', 'gdb', 'ps', 'stop'].map((name) => [
      name,
      [
        `${name} reaches the VMs of this machine, and a VM in a container ends with the command that started it`,
        message`Start the VM with ${inHost} and ${option('keep')}, and leave out ${inDocker} here.`,
      ] as const,
    ]),
  ),
  'exec-wrapper': [
    'a container does not see the files of a test runner',
    message`Start a VM with ${inHost} and ${option('keep')}, and leave out ${inDocker} here.`,
  ],
  test: [
    'the VMs of test run on this machine',
    message`Make kernel and image in containers (${command('kernelkit build --toolchain docker')}, ${command('kernelkit bake --toolchain docker')}), then run ${command('kernelkit test -k KERNEL --image IMAGE')} where QEMU is; ${command('kernelkit run --toolchain docker -- COMMAND')} runs one command in a container.`,
  ],
  quickstart: [
    'quickstart shows the work with the tools of this machine',
    message`Do the same in containers: ${command('kernelkit build deb:linux-source-6.12 --toolchain docker')}, ${command('kernelkit bake --toolchain docker')}, ${command('kernelkit run --toolchain docker -- uname -a')}.`,
  ],
}

/** Throws `NOT_IN_CONTAINER` for commands that cannot follow `--toolchain docker`. */
export function refuseDocker(name: string, { toolchain }: Pick<GlobalOptions, 'toolchain'>): void {
  const reason = reasons[name]
  if (toolchain !== 'docker' || reason === undefined) return
  throw new UserError('NOT_IN_CONTAINER', message`kernelkit ${name} does not go together with ${inDocker}: ${reason[0]}.`, {
    hint: reason[1],
  })
}
