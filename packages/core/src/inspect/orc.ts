/** What a stack looks like at each instruction of a kernel (Documentation/arch/x86/orc-unwinder.rst). */
export interface OrcTable {
  /** The entry for an address of the executable. */
  at(address: bigint): OrcEntry | undefined
}

export interface OrcEntry {
  /** Register that the previous stack pointer is computed from. */
  readonly spReg: number
  readonly spOffset: number
  readonly bpReg: number
  readonly bpOffset: number
  readonly type: 'unknown' | 'end' | 'call' | 'regs' | 'partial-regs'
}

/** Numbers of registers (arch/x86/include/asm/orc_types.h). */
export const orcRegisters = { undefined: 0, prevSp: 1, dx: 2, di: 3, bp: 4, sp: 5, r10: 6, r13: 7, bpIndirect: 8, spIndirect: 9 } as const

interface OrcSections {
  /** `.orc_unwind_ip`: sorted, each relative to its own place. */
  readonly ips: { readonly address: bigint; readonly bytes: Uint8Array }
  /** `.orc_unwind`. */
  readonly entries: { readonly bytes: Uint8Array }
  /** `.orc_header` is there: since Linux 6.4 the type has three bits and says where a stack ends. */
  readonly hasHeader: boolean
}

const entryBytes = 6
const newTypes = ['unknown', 'end', 'call', 'regs', 'partial-regs'] as const
const oldTypes = ['call', 'regs', 'partial-regs'] as const

export function createOrcTable({ ips, entries, hasHeader }: OrcSections): OrcTable {
  const ipView = new DataView(ips.bytes.buffer, ips.bytes.byteOffset, ips.bytes.byteLength)
  const view = new DataView(entries.bytes.buffer, entries.bytes.byteOffset, entries.bytes.byteLength)
  const count = Math.min(Math.floor(ips.bytes.length / 4), Math.floor(entries.bytes.length / entryBytes))
  // Relative to the first one: all are within 2 GiB.
  const ipAt = (index: number): number => index * 4 + ipView.getInt32(index * 4, true)
  return {
    at: (address) => {
      const wanted = Number(address - ips.address)
      let [low, high] = [0, count]
      while (low < high) {
        const middle = (low + high) >>> 1
        if (ipAt(middle) <= wanted) low = middle + 1
        else high = middle
      }
      return low === 0 || low === count ? undefined : entryAt(view, (low - 1) * entryBytes, hasHeader)
    },
  }
}

function entryAt(view: DataView, at: number, hasHeader: boolean): OrcEntry {
  const bits = view.getUint16(at + 4, true)
  const isEnd = !hasHeader && (bits >> 10) % 4 > 0 && (bits & 15) === 0
  const type = hasHeader ? newTypes[(bits >> 8) & 7] : oldTypes[(bits >> 8) & 3]
  return {
    spOffset: view.getInt16(at, true),
    bpOffset: view.getInt16(at + 2, true),
    spReg: bits & 15,
    bpReg: (bits >> 4) & 15,
    type: isEnd ? 'end' : (type ?? 'unknown'),
  }
}
