import { listVms, type VmState } from '@kernelkit/vm/internal/running'
import type { CommandContext } from '../command.ts'
import { formatAge } from '../output/quantities.ts'
import { formatTable } from '../output/table.ts'

/** `kernelkit ps`: one line per running VM. */
export async function ps(context: CommandContext): Promise<number> {
  const vms = await listVms(context.host)
  const now = context.host.now()
  if (context.json) context.printJson({ vms: vms.map((vm) => document(vm, now)) })
  else if (vms.length === 0) context.host.log.info('no VM is running')
  else
    context.print(
      formatTable(
        ['NAME', 'ID', 'AGE', 'KERNEL', 'ACCEL', 'MACHINE', 'PID', 'PORTS'],
        vms.map((vm) => row(vm, now)),
      ),
    )
  return 0
}

function row(vm: VmState, now: number): readonly string[] {
  const ports = vm.forwards.map((forward) => `${forward.address}:${forward.hostPort}->${forward.guestPort}/${forward.protocol}`)
  return [vm.name, vm.id, formatAge(now - vm.startedAt), kernelName(vm), vm.accel, vm.machine, String(vm.qemuPid ?? ''), ports.join(' ')]
}

function document(vm: VmState, now: number) {
  const { facts, directory, owner, startedAt, ...known } = vm
  return {
    ...known,
    release: facts['release'] ?? null,
    ageSeconds: Math.round((now - startedAt) / 1000),
    ownerPid: owner?.pid ?? null,
    directory,
    facts,
  }
}

function kernelName(vm: VmState): string {
  const release = vm.facts['release']
  return typeof release === 'string' && release !== '' ? release : vm.kernel
}
