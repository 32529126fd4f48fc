import { UserError } from '@kernelkit/core/errors'
import type { GlobalOptions } from '../global-options.ts'

/** Commands that work with what runs on this machine, and what to do where a container was asked for. */
const reasons: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ...Object.fromEntries(
    ['exec', 'ssh', 'gdb', 'ps', 'stop'].map((name) => [
      name,
      [
        `${name} reaches the VMs of this machine; one inside a container ends with the command that started it`,
        'start the VM with --toolchain host --keep, and leave --toolchain docker out here.',
      ] as const,
    ]),
  ),
  test: [
    'the VMs of test run on this machine',
    'make kernel and image in containers (kernelkit build --toolchain docker, kernelkit bake --toolchain docker), then kernelkit test -k KERNEL --image IMAGE where QEMU is; one command in a container is: kernelkit run --toolchain docker -- COMMAND',
  ],
  quickstart: [
    'quickstart shows the work with the tools of this machine',
    'in Docker it is: kernelkit build deb:linux-source-6.12 --toolchain docker; kernelkit bake --toolchain docker; kernelkit run --toolchain docker -- uname -a',
  ],
}

/** Throws `NOT_IN_CONTAINER` for commands that cannot follow `--toolchain docker`. */
export function refuseDocker(command: string, { toolchain }: Pick<GlobalOptions, 'toolchain'>): void {
  const reason = reasons[command]
  if (toolchain !== 'docker' || reason === undefined) return
  throw new UserError('NOT_IN_CONTAINER', `kernelkit ${command} cannot be used with --toolchain docker: ${reason[0]}.`, { hint: reason[1] })
}
