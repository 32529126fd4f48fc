import {
  createOrcTable,
  takesInterrupts,
  unwind,
  type CpuRegisters,
  type OrcTable,
  type Stack,
  type StackStart,
} from '@kernelkit/core/inspect'
import { printable } from '@kernelkit/core/text'
import type { Host } from '@kernelkit/host'
import type { Vm } from '../vm.ts'
import { describeCalls, type SeenCall } from './describe-calls.ts'
import type { GuestModules } from './guest-modules.ts'
import { openKernel, type OpenKernel, type OpenKernelOptions } from './open-kernel.ts'
import { readLists, type ListedTask } from './read-lists.ts'

export interface InspectInput extends Pick<OpenKernelOptions, 'signal' | 'gdbLimitMs'> {
  readonly vm: Pick<Vm, 'qmp'>
  /** Where QEMU may write. */
  readonly directory: string
  readonly vmlinux: string | undefined
  readonly release: string | undefined
  /** The kernel's source, for names of files. */
  readonly source: string | undefined
  /** Directories with the kernel's modules, unstripped ones first. */
  readonly modules: readonly string[]
}

/** A guest seen from outside. */
export interface Inspection {
  readonly cpus: readonly SeenCpu[]
  readonly tasks: readonly SeenTask[]
  /** What the kernel has printed and still holds. */
  readonly log: readonly string[]
  /** What could not be seen, and why. */
  readonly missing: readonly string[]
}

export interface SeenCpu {
  readonly registers: CpuRegisters
  readonly where: 'kernel' | 'program' | 'idle'
  readonly interrupts: boolean
  /** What it runs, where the kernel's types are known. */
  readonly task: { readonly pid: number; readonly comm: string } | undefined
  readonly program: Stack['program']
  readonly calls: readonly SeenCall[]
}

export interface SeenTask extends Omit<ListedTask, 'start' | 'locks'> {
  /** Of one that does not run. */
  readonly calls: readonly SeenCall[]
  readonly locks: readonly { readonly name: string; readonly takenAt: SeenCall | undefined }[]
}

/** Registers and stacks, tasks and what they hold, the kernel's log: read from outside while the guest does what it does. */
export async function inspectGuest(host: Host, input: InspectInput): Promise<Inspection> {
  const { vmlinux, signal, release } = input
  await using kernel = await openKernel(host, input)
  const orc = await readOrc(host, vmlinux, kernel)
  const files = { directories: input.modules, release, signal }
  const lists = await readLists(kernel, async (view) => (await import('./guest-modules.ts')).openGuestModules(host, view, files))
  await using modules = lists.modules
  const code = { kernel, orc, modules }
  const cpuStacks: Stack[] = []
  for (const registers of kernel.cpus) cpuStacks.push(await cpuStack(registers, code))
  const taskStacks: Stack[] = []
  for (const { start } of lists.tasks) taskStacks.push(start === undefined ? noStack : await follow(start, code))
  const takers = lists.tasks.flatMap(({ locks }) => locks.map(({ takenAt }) => ({ address: takenAt, exact: false, guessed: false })))
  const frames = [...[...cpuStacks, ...taskStacks].flatMap((stack) => stack.frames), ...takers]
  const callsOf = await describeCalls(host, { kernel, modules, source: input.source, signal, frames })
  return {
    cpus: kernel.cpus.map((registers, index): SeenCpu => {
      const { frames: own, program } = cpuStacks[index] ?? noStack
      const where = registers.privilege === 3 ? 'program' : registers.halted ? 'idle' : 'kernel'
      return { registers, where, interrupts: takesInterrupts(registers), task: lists.current[index], program, calls: own.flatMap(callsOf) }
    }),
    tasks: lists.tasks.map(({ start: _start, locks, ...task }, index) => ({
      ...task,
      calls: (taskStacks[index] ?? noStack).frames.slice(1).flatMap(callsOf),
      locks: locks.map(({ name, takenAt }) => ({ name, takenAt: callsOf({ address: takenAt, exact: false, guessed: false }).at(-1) })),
    })),
    log: lists.log,
    missing: [...missingOf(kernel, orc), ...lists.missing, ...unknownModules(frames.flatMap(callsOf))],
  }
}

function unknownModules(calls: readonly SeenCall[]): readonly string[] {
  const names = new Set(calls.flatMap(({ function: name, module }) => (name === undefined && module !== undefined ? [module] : [])))
  return names.size === 0
    ? []
    : [`no functions of ${[...names].map(printable).join(', ')}: --module-files DIR names the directory with its file`]
}

const noStack: Stack = { frames: [], program: undefined }

function missingOf({ place, cpus, problem, vmlinux }: OpenKernel, orc: OrcTable | undefined): readonly string[] {
  if (cpus.length === 0) return ['QEMU shows no registers that are understood: guests of other architectures are not inspected']
  if (problem !== undefined) return [`no names of functions: ${problem}`]
  if (place === undefined) return ['the kernel has not set up its handlers yet: no names of functions']
  return [
    ...(vmlinux?.path === undefined
      ? [
          "no files and lines: names of functions are from the kernel's own list, its vmlinux has no symbols; for a distribution's kernel, a start with --symbols fetches them",
        ]
      : []),
    ...(orc === undefined ? ['this kernel has no ORC tables: calls marked ? may be left from earlier ones'] : []),
  ]
}

async function readOrc(host: Host, path: string | undefined, { vmlinux, place }: OpenKernel): Promise<OrcTable | undefined> {
  if (path === undefined || vmlinux === undefined || place === undefined) return undefined
  const { readVmlinuxParts } = await import('@kernelkit/host/symbolise')
  const parts = await readVmlinuxParts(host, path, ['.orc_unwind_ip', '.orc_unwind', '.orc_header'])
  const [ips, entries] = [parts.get('.orc_unwind_ip'), parts.get('.orc_unwind')]
  return ips === undefined || entries === undefined ? undefined : createOrcTable({ ips, entries, hasHeader: parts.has('.orc_header') })
}

interface Code {
  readonly kernel: OpenKernel
  readonly orc: OrcTable | undefined
  readonly modules: GuestModules | undefined
}

async function cpuStack(registers: CpuRegisters, code: Code): Promise<Stack> {
  const { ip, sp, bp, general, privilege } = registers
  return privilege === 3 ? { frames: [], program: { ip, sp } } : follow({ ip, sp, bp, general }, code)
}

function follow(start: StackStart, { kernel: { space, place, vmlinux, wordBytes }, orc, modules }: Code): Promise<Stack> {
  const slide = place?.slide ?? 0n
  const isCode = (address: bigint): boolean =>
    place !== undefined && (vmlinux?.symbols.at(address - slide) ?? modules?.at(address)) !== undefined
  const all = orc === undefined ? undefined : { at: (address: bigint) => orc.at(address - slide) ?? modules?.orcAt(address) }
  return unwind(start, { space, orc: all, isCode, wordBytes })
}
