import { readVmcoreinfo } from '@kernelkit/core/dump'
import type { Vm } from '../vm.ts'
import type { GuestMemory } from './guest-memory.ts'

const pageBytes = 4096
const searchBytes = 16 * 1024 * 1024
// Where the kernel of a 4 GiB guest and larger allocates a page so early: below the hole for devices.
const mostSearched = 4 * 2 ** 30

/** Bytes of memory that the guest has. */
export async function guestMemoryBytes(vm: Pick<Vm, 'qmp'>): Promise<number> {
  const summary = await vm.qmp('query-memory-size-summary')
  const { 'base-memory': base = 0, 'plugged-memory': plugged = 0 } = summary as Readonly<Record<string, number>>
  return base + plugged
}

/** The VMCOREINFO of a kernel whose vmlinux does not say where it is: the page that begins with its release. */
export async function searchVmcoreinfo(
  memory: Pick<GuestMemory, 'readLarge'>,
  { release, memoryBytes }: { readonly release: string; readonly memoryBytes: number },
): Promise<string | undefined> {
  const mark = Buffer.from(`OSRELEASE=${release}\n`)
  const end = Math.min(memoryBytes, mostSearched)
  for (let at = 0; at < end; at += searchBytes) {
    const bytes = Buffer.from(await memory.readLarge(BigInt(at), Math.min(searchBytes, end - at)))
    for (let from = bytes.indexOf(mark); from >= 0; from = bytes.indexOf(mark, from + 1)) {
      const text = from % pageBytes === 0 ? readVmcoreinfo(bytes.subarray(from, from + pageBytes)) : undefined
      if (text !== undefined) return text
    }
  }
  return undefined
}

/** `phys_base` of a note (arch/x86/kernel/head_64.S); absent for 32 bits. */
export function physBaseOf(note: string): bigint | undefined {
  const [, base] = /^NUMBER\(phys_base\)=(-?\d+)$/m.exec(note) ?? []
  return base === undefined ? undefined : BigInt(base)
}
