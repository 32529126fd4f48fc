import type { Host } from '@kernelkit/host'
import { connectVm } from '../process/connect-vm.ts'
import { moduleDirectories, type VmState } from '../process/vm-state.ts'
import type { SeenCall } from './describe-calls.ts'
import { vmlinuxOfVm } from './vmlinux-of-vm.ts'
import { inspectGuest, type Inspection, type SeenCpu, type SeenTask } from './inspect-guest.ts'

/** A VM of another process. */
export async function inspectVm(
  host: Host,
  { vm: state, signal }: { readonly vm: VmState; readonly signal: AbortSignal },
): Promise<Inspection> {
  await using vm = await connectVm(state, host)
  const text = (name: string): string | undefined => {
    const value = state.facts[name]
    return typeof value === 'string' ? value : undefined
  }
  return await inspectGuest(host, {
    vm,
    directory: text('overlay') ?? state.directory,
    vmlinux: await vmlinuxOfVm(host, state),
    release: text('release'),
    source: text('source'),
    modules: moduleDirectories(state),
    signal,
  })
}

/** The JSON of an inspection: addresses and registers in hexadecimal. */
export function inspectionDocument({ cpus, tasks, log, missing }: Inspection): Readonly<Record<string, unknown>> {
  return { cpus: cpus.map(cpuDocument), tasks: tasks.map(taskDocument), log, missing }
}

function cpuDocument({ registers, where, interrupts, task, calls, program }: SeenCpu): Readonly<Record<string, unknown>> {
  const { cpu, ip, sp, flags, cr0, cr3, cr4, efer, general } = registers
  const named = { ...general, ip, sp, flags, cr0, cr3, cr4, efer }
  return {
    cpu,
    where,
    interrupts,
    task: task ?? null,
    registers: Object.fromEntries(Object.entries(named).map(([name, value]) => [name, hex(value)])),
    calls: calls.map(callDocument),
    program: program === undefined ? null : { ip: hex(program.ip), sp: hex(program.sp) },
  }
}

function callDocument({
  address,
  function: name,
  module,
  offset,
  source,
  line,
  guessed,
  inlined,
}: SeenCall): Readonly<Record<string, unknown>> {
  return {
    address: hex(address),
    function: name ?? null,
    module: module ?? null,
    offset: offset ?? null,
    source: source ?? null,
    line: line ?? null,
    guessed,
    inlined,
  }
}

function taskDocument({ address, pid, tgid, comm, state, mm, onCpu, calls, locks }: SeenTask): Readonly<Record<string, unknown>> {
  return {
    address: hex(address),
    pid,
    tgid,
    comm,
    state,
    kernelThread: mm === undefined,
    onCpu,
    calls: calls.map(callDocument),
    locks: locks.map(({ name, takenAt }) => ({ name, takenAt: takenAt === undefined ? null : callDocument(takenAt) })),
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`
}
