import { readVmcoreinfo } from '@kernelkit/core/dump'
import type { Vm } from '../vm.ts'
import type { GuestMemory } from './guest-memory.ts'

const pageBytes = 4096
const searchBytes = 16 * 2 ** 20
// Of each part of the memory: a gigabyte takes many seconds to read.
const mostParts = (512 * 2 ** 20) / searchBytes

/** Bytes of memory that the guest has. */
export async function guestMemoryBytes(vm: Pick<Vm, 'qmp'>): Promise<number> {
  const summary = await vm.qmp('query-memory-size-summary')
  const { 'base-memory': base = 0, 'plugged-memory': plugged = 0 } = summary as Readonly<Record<string, number>>
  return base + plugged
}

/** A part of the guest's memory, by physical addresses. */
export interface MemoryRange {
  readonly start: number
  readonly bytes: number
}

/** Where the guest has memory: most machines have a hole below 4 GiB, where devices are (`info mtree -f`, QEMU's docs/devel/memory.rst). */
export async function memoryRanges(vm: Pick<Vm, 'qmp'>): Promise<readonly MemoryRange[]> {
  const views = String(await vm.qmp('human-monitor-command', { 'command-line': 'info mtree -f' }))
  const view = views.split(/^FlatView /m).find((one) => one.includes('AS "memory"')) ?? ''
  return [...view.matchAll(/^ *([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, ram\)/gm)].map(([, first, last]) => {
    const start = Number(`0x${first}`)
    return { start, bytes: Number(`0x${last}`) - start + 1 }
  })
}

/**
 * The VMCOREINFO of a kernel whose vmlinux does not say where it is: the page that begins with its release. The kernel allocates it while it
 * starts, from the highest part of its memory: some 10 to 80 MiB from its beginning or from its end (5.10 to 7.2, from 256 MiB to 16 GiB).
 */
export async function searchVmcoreinfo(
  memory: Pick<GuestMemory, 'readLarge'>,
  { release, ranges }: { readonly release: string; readonly ranges: readonly MemoryRange[] },
): Promise<string | undefined> {
  const mark = Buffer.from(`OSRELEASE=${release}\n`)
  for (const { start, bytes } of ranges.toReversed().flatMap(fromBothEnds)) {
    const part = Buffer.from(await memory.readLarge(BigInt(start), bytes))
    for (let from = part.indexOf(mark); from >= 0; from = part.indexOf(mark, from + 1)) {
      const text = from % pageBytes === 0 ? readVmcoreinfo(part.subarray(from, from + pageBytes)) : undefined
      if (text !== undefined) return text
    }
  }
  return undefined
}

/** Parts of it: the first, the last, the second, the last but one ... */
function fromBothEnds({ start, bytes }: MemoryRange): readonly MemoryRange[] {
  const parts = Array.from({ length: Math.ceil(bytes / searchBytes) }, (_, index) => {
    const at = index * searchBytes
    return { start: start + at, bytes: Math.min(searchBytes, bytes - at) }
  })
  return parts.slice(0, mostParts).map((_, index) => parts.at(index % 2 === 0 ? index / 2 : -(index + 1) / 2) ?? { start, bytes })
}

/** `phys_base` of a note (arch/x86/kernel/head_64.S); absent for 32 bits. */
export function physBaseOf(note: string): bigint | undefined {
  const [, base] = /^NUMBER\(phys_base\)=(-?\d+)$/m.exec(note) ?? []
  return base === undefined ? undefined : BigInt(base)
}
