import { hostArch, parseArch } from '@kernelkit/core/arch'
import type { VmSpec } from '@kernelkit/core/options'
import { bootRequirements, missingRequirements } from '@kernelkit/host/requirements'
import type { CommandContext } from '../command.ts'

/** A `boot` or `run` that may have to run in a container. */
export interface VmCommand {
  readonly command: 'boot' | 'run'
  readonly spec: VmSpec
  /** The guest reads what this command is given. */
  readonly stdin: boolean
  /** The guest has this command's terminal. */
  readonly tty: boolean
}

/**
 * `--toolchain` of boot and run: with Docker the whole command runs again in a container of the whole-tool image, and its exit
 * status is the answer; `undefined`: it runs here. On a host that has everything nothing of the toolchain is loaded.
 */
export async function runElsewhere(context: CommandContext, vm: VmCommand): Promise<number | undefined> {
  const { host, toolchain } = context
  if (toolchain === 'host') return undefined
  const arch = parseArch(vm.spec.arch ?? hostArch(host.nodeArch))
  // A QEMU that the user names is looked for where it is named.
  const requirements = vm.spec.qemu === undefined ? bootRequirements(arch) : []
  if (toolchain === 'auto' && (await missingRequirements(host, requirements)).every((one) => one.optional === true)) {
    host.log.detail(`tools: this host, which has all that ${vm.command} needs`)
    return undefined
  }
  const { rerunInContainer } = await import('./rerun-in-container.ts')
  return rerunInContainer(context, vm, requirements)
}
