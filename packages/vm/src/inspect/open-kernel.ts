import {
  addressSpace,
  findKernelPlace,
  firstHandlers,
  pagingOf,
  parseRegisters,
  type AddressSpace,
  type CpuRegisters,
  type KernelPlace,
} from '@kernelkit/core/inspect'
import type { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import type { Vmlinux } from '@kernelkit/host/symbolise'
import type { Vm } from '../vm.ts'
import type { KernelTypes, KernelTypesOptions } from './kernel-types.ts'
import { openGuestMemory, type GuestMemory } from './guest-memory.ts'

/** The kernel of a running guest, seen from outside. */
export interface OpenKernel extends AsyncDisposable {
  readonly memory: GuestMemory
  readonly cpus: readonly CpuRegisters[]
  /** What the first CPU sees, the kernel included. */
  readonly space: AddressSpace
  readonly wordBytes: 4 | 8
  readonly vmlinux: KernelSymbols | undefined
  /** Absent without symbols, and before the kernel has set up its handlers. */
  readonly place: KernelPlace | undefined
  /** Where members of its types are; asked for by those that need it, as it may take gdb to find out. */
  readonly types: () => Promise<KernelTypes>
  /** Why there are no symbols. */
  readonly problem: string | undefined
  /** The vmlinux is not that of the guest. */
  readonly otherBuild: UserError | undefined
}

/** Symbols of a vmlinux, or of the kernel's own list, which has no file. */
export type KernelSymbols = Pick<Vmlinux, 'symbols' | 'buildId'> & { readonly path: string | undefined }

export interface OpenKernelOptions extends Pick<KernelTypesOptions, 'signal' | 'gdbLimitMs'> {
  readonly vm: Pick<Vm, 'qmp'>
  /** Where QEMU may write. */
  readonly directory: string
  readonly vmlinux: string | undefined
  /** By it a kernel is found whose vmlinux has no symbols. */
  readonly release: string | undefined
  /** Of no use without this very vmlinux. */
  readonly refuseOtherBuild?: true
}

/**
 * Reads registers and the place of the kernel. QEMU need not be asked to stop: what changes meanwhile is read as it is. Throws
 * `VMLINUX_OF_OTHER_BUILD` where that is asked for.
 */
export async function openKernel(
  host: Host,
  { vm, directory, vmlinux: path, release, refuseOtherBuild, signal, gdbLimitMs }: OpenKernelOptions,
): Promise<OpenKernel> {
  const cpus = parseRegisters(String(await vm.qmp('human-monitor-command', { 'command-line': 'info registers -a' })))
  const memory = openGuestMemory(host, { vm, directory })
  const [cpu] = cpus
  const space = addressSpace(memory.read, { paging: cpu === undefined ? undefined : pagingOf(cpu), root: cpu?.cr3 ?? 0n })
  const read = await readSymbols(host, path)
  const filePlace = await findPlace({ memory, cpu, space, vmlinux: read.vmlinux })
  const otherBuild =
    read.vmlinux === undefined || filePlace === undefined
      ? undefined
      : await (await import('./check-build.ts')).findOtherBuild(host, { vmlinux: read.vmlinux, read: memory.read, space, place: filePlace })
  if (otherBuild !== undefined && refuseOtherBuild === true) throw otherBuild
  const file = otherBuild === undefined ? read.vmlinux : undefined
  const own = file === undefined && release !== undefined ? await readOwnSymbols(memory, { vm, release }) : undefined
  const vmlinux = file ?? own?.vmlinux
  const place = file === undefined ? own?.place : filePlace
  const problem = vmlinux === undefined ? (otherBuild?.message.replace(/\.$/, '') ?? read.problem) : undefined
  const types = async (): Promise<KernelTypes> => {
    if (path === undefined || otherBuild !== undefined) return { table: undefined, problem: read.problem ?? otherBuild?.message }
    return (await import('./kernel-types.ts')).readKernelTypes(host, { vmlinux: path, signal, gdbLimitMs })
  }
  // EFER.LMA (Intel SDM 3A, 2.2.1).
  const wordBytes = ((cpu?.efer ?? 0n) & (1n << 10n)) === 0n ? 4 : 8
  return {
    memory,
    cpus,
    space,
    wordBytes,
    vmlinux,
    place,
    types,
    problem,
    otherBuild,
    [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
  }
}

/** Where a symbol of its vmlinux is in the guest; `undefined` for a name that it lacks. */
export function guestAddressOf(
  { vmlinux, place, wordBytes }: Pick<OpenKernel, 'vmlinux' | 'place' | 'wordBytes'>,
  name: string,
): bigint | undefined {
  const address = vmlinux?.symbols.addressOf(name)
  // Variables of each CPU have small numbers, which the kernel's place does not change (before Linux 6.15).
  if (address === undefined || (wordBytes === 8 && address < 1n << 63n)) return address
  return address + (place?.slide ?? 0n)
}

async function readSymbols(host: Host, path: string | undefined): Promise<{ readonly vmlinux?: Vmlinux; readonly problem?: string }> {
  if (path === undefined) return { problem: 'the vmlinux of this kernel is not known' }
  const { readVmlinux } = await import('@kernelkit/host/symbolise')
  const { UserError } = await import('@kernelkit/core/errors')
  try {
    return { vmlinux: await readVmlinux(host, path) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { problem: error.message.replace(/\.$/, '') }
  }
}

/** A distribution's kernel carries its list of symbols, and says in VMCOREINFO where; 64 bits only. */
async function readOwnSymbols(
  memory: GuestMemory,
  { vm, release }: { readonly vm: Pick<Vm, 'qmp'>; readonly release: string },
): Promise<{ readonly vmlinux: KernelSymbols; readonly place: KernelPlace } | undefined> {
  const { memoryRanges, physBaseOf, searchVmcoreinfo } = await import('./search-vmcoreinfo.ts')
  const { kernelMapStart, readKallsyms } = await import('@kernelkit/core/inspect')
  const note = await searchVmcoreinfo(memory, { release, ranges: await memoryRanges(vm) })
  const physBase = note === undefined ? undefined : physBaseOf(note)
  if (note === undefined || physBase === undefined) return undefined
  const found = await readKallsyms(note, (address, length) => memory.readLarge(address - kernelMapStart + physBase, length))
  if (found === undefined) return undefined
  const buildId = /^BUILD-ID=([0-9a-f]+)$/m.exec(note)?.[1]
  return { vmlinux: { path: undefined, buildId, symbols: found.symbols }, place: { slide: found.slide, physBase } }
}

async function findPlace(
  options: Pick<OpenKernel, 'memory' | 'space' | 'vmlinux'> & { readonly cpu: CpuRegisters | undefined },
): Promise<KernelPlace | undefined> {
  const { memory, space, cpu, vmlinux } = options
  const handlerInVmlinux = firstHandlers.map((name) => vmlinux?.symbols.addressOf(name)).find((address) => address !== undefined)
  if (cpu === undefined || handlerInVmlinux === undefined) return undefined
  // Before the kernel has its own table, there are no handlers, or the firmware's.
  return findKernelPlace(memory.read, { cpu, space, handlerInVmlinux }).catch(() => undefined)
}
