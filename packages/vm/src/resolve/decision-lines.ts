import { join } from 'node:path'
import { message, option, type Message } from '@kernelkit/core/errors'
import { writeFor } from '@kernelkit/core/options'
import { quoteArgv } from '@kernelkit/core/shell'
import { gdbSocketName, type Forward, type QemuLaunch } from '@kernelkit/core/qemu'
import type { VmPlan } from './plan-vm.ts'

/** What was decided and why, in the order in which it is printed. */
export function decisionLines(plan: Omit<VmPlan, 'lines' | 'warnings'>): readonly string[] {
  const { vm, kernel, root, shares, machine, accel, commandLine, launch, modules } = plan
  const { network } = launch
  const write = (text: Message): string => writeFor(text, vm.reader)
  return [
    kernel.line,
    ...kernel.notes,
    ...(kernel.options.source === undefined ? ["the kernel's configuration is unknown: what it lacks shows only in the guest"] : []),
    ...(launch.agent ? [`root ${write(root.shown)}`] : [`initramfs ${vm.initrd ?? ''} (its own /init is the first process)`]),
    ...root.notes.map(write),
    ...shares.lines,
    ...plan.confinement.lines,
    ...(modules.length === 0 ? [] : [`modules ${modules.map(({ name }) => name).join(' ')}`]),
    `machine ${machine.machine} (${write(machine.why)}), ${launch.cpus} CPUs, ${launch.memoryMiB} MiB`,
    `accel ${accel.accel} (${accel.reason})`,
    ...(vm.net !== 'none' && network.kind === 'none' ? ['no network: the kernel lacks VIRTIO_NET or INET'] : []),
    ...(network.kind === 'user' ? network.forwards.map(forwardLine) : []),
    ...commandLine.notices,
  ]
}

function forwardLine({ protocol, address, hostPort, guestPort }: Forward): string {
  return `forward ${address}:${hostPort} to ${guestPort}/${protocol} of the guest`
}

// Measured on 2 CPUs: ready after 0.8 s with 2, 1.1 s with 4, 2.4 s with 8, 8.3 s with 16 emulated CPUs, in turn or with a thread each.
const mostEmulatedCpus = 4

/** What was asked for and will not work well. */
export function planWarnings({ vm, launch }: Pick<VmPlan, 'vm' | 'launch'>): readonly string[] {
  const { cpus, accel } = launch
  if (accel === 'kvm' || cpus <= mostEmulatedCpus) return []
  const slow = message`${option('cpus', String(cpus))}: without KVM the CPUs of the guest are emulated; expect a slow guest and timeouts with more than ${mostEmulatedCpus}`
  return [writeFor(slow, vm.reader)]
}

/** What a user pastes into another shell to debug this VM. */
export function gdbLines({ vm, kernel, launch }: VmPlan, name: string): readonly string[] {
  const remote = gdbRemote(launch)
  if (remote === undefined) return []
  const words = ['gdb', ...(kernel.vmlinux === undefined ? [] : [kernel.vmlinux]), '-ex', `target remote ${remote}`]
  return [
    `gdb: kernelkit gdb ${name}`,
    `gdb: ${quoteArgv(words)}`,
    ...(vm.waitForDebugger
      ? [writeFor(message`the guest waits for the debugger (${option('S')}): \`continue\` starts it`, vm.reader)]
      : []),
  ]
}

/** What gdb's `target remote` takes, `undefined` for a VM without a stub. */
function gdbRemote({ gdb, runtimeDirectory }: Pick<QemuLaunch, 'gdb' | 'runtimeDirectory'>): string | undefined {
  if (gdb === undefined) return undefined
  return gdb.kind === 'tcp' ? `127.0.0.1:${gdb.port}` : join(runtimeDirectory, gdbSocketName)
}
