import { translate, type NotPresent, type Paging, type ReadPhysical } from './page-table.ts'

/** Memory at virtual addresses of one page table. */
export interface AddressSpace {
  /** Throws {@link Unmapped}. */
  read(address: bigint, length: number): Promise<Uint8Array>
}

/** Nothing is mapped at an address, or its page is not in memory. */
export class Unmapped extends Error {
  override readonly name = 'Unmapped'
  readonly address: bigint
  readonly why: NotPresent | undefined
  constructor(address: bigint, why: NotPresent | undefined) {
    super(`0x${address.toString(16)} ${why?.swapped === true ? 'is swapped out' : 'is not mapped'}`)
    this.address = address
    this.why = why
  }
}

/** What the CPU sees with this page table. */
export function addressSpace(
  read: ReadPhysical,
  { paging, root }: { readonly paging: Paging | undefined; readonly root: bigint },
): AddressSpace {
  return {
    read: async (address, length) => {
      const whole = new Uint8Array(length)
      for (let done = 0; done < length;) {
        const at = address + BigInt(done)
        const found =
          paging === undefined
            ? ({ kind: 'present', address: at, left: BigInt(length) } as const)
            : await translate(read, { paging, root, address: at })
        if (found.kind === 'not-present') throw new Unmapped(at, found)
        const part = await read(found.address, Math.min(length - done, Number(found.left)))
        // Beyond the guest's memory: a device, or an entry that points nowhere.
        if (part.length === 0) throw new Unmapped(at, undefined)
        whole.set(part, done)
        done += part.length
      }
      return whole
    },
  }
}

/** One little-endian word of 8 bytes, or 4 on a 32-bit kernel. */
export async function readWord(space: AddressSpace, address: bigint, bytes: 4 | 8): Promise<bigint> {
  const view = viewOf(await space.read(address, bytes))
  return bytes === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true))
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
