import type { AddressSpace } from './address-space.ts'
import { translate, pagingOf, type ReadPhysical } from './page-table.ts'
import type { CpuRegisters } from './registers.ts'

/** Where the kernel of a guest is in memory, compared with its vmlinux. */
export interface KernelPlace {
  /** Added to an address of the vmlinux (KASLR). */
  readonly slide: bigint
  /** Added to an address of the kernel's mapping of itself, after its start is taken off (`phys_base` of arch/x86/kernel/head_64.S); absent where it is not known. */
  readonly physBase: bigint | undefined
}

/** Handlers of exception 0 (division by zero), by the kernel's age. */
export const firstHandlers = ['asm_exc_divide_error', 'divide_error'] as const

// Intel SDM 3A, 6.11 and 6.14.1: the parts of a handler's address in its gate.
async function firstHandler(space: AddressSpace, { idt, efer }: Pick<CpuRegisters, 'idt' | 'efer'>): Promise<bigint> {
  const isLong = (efer & (1n << 10n)) !== 0n
  const gate = await space.read(idt, isLong ? 16 : 8)
  const view = new DataView(gate.buffer, gate.byteOffset)
  const low = BigInt(view.getUint16(0, true)) | (BigInt(view.getUint16(6, true)) << 16n)
  return isLong ? low | (BigInt(view.getUint32(8, true)) << 32n) : low
}

/** __START_KERNEL_map of arch/x86/include/asm/page_64_types.h. */
export const kernelMapStart = 0xffff_ffff_8000_0000n

/** The address of the vmlinux's first handler, and the CPU's own, say how far the kernel was moved; its page table says where the code is. */
export async function findKernelPlace(
  read: ReadPhysical,
  options: { readonly cpu: CpuRegisters; readonly space: AddressSpace; readonly handlerInVmlinux: bigint },
): Promise<KernelPlace> {
  const { cpu, space, handlerInVmlinux } = options
  const handler = await firstHandler(space, cpu)
  const paging = pagingOf(cpu)
  const found = paging === undefined ? undefined : await translate(read, { paging, root: cpu.cr3, address: handler })
  const isLong = (cpu.efer & (1n << 10n)) !== 0n
  return {
    slide: handler - handlerInVmlinux,
    physBase: found?.kind === 'present' && isLong ? found.address - (handler - kernelMapStart) : undefined,
  }
}
