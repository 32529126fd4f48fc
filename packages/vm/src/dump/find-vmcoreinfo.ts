import { readVmcoreinfo, writeVmcoreinfo, type Attached } from '@kernelkit/core/dump'
import { kernelMapStart, readWord } from '@kernelkit/core/inspect'
import type { OpenKernel } from '../inspect/open-kernel.ts'
import { physBaseOf, searchVmcoreinfo, type MemoryRange } from '../inspect/search-vmcoreinfo.ts'

// CR4.LA57 (Intel SDM 3A, 2.5).
const fiveLevels = 1n << 12n
const pageBytes = 4096

/** The kernel's own VMCOREINFO, or what it would be, made of the vmlinux and the registers; `undefined` when neither is possible. */
export async function findVmcoreinfo(
  kernel: Pick<OpenKernel, 'memory' | 'space' | 'cpus' | 'vmlinux' | 'place'>,
  guest: { readonly release: string; readonly ranges: readonly MemoryRange[] },
): Promise<Attached | undefined> {
  const found = await findText(kernel, guest)
  return found === undefined ? undefined : { ...found, uts: await readUts(kernel, found) }
}

type Found = Omit<Attached, 'uts'>

async function findText(
  kernel: Pick<OpenKernel, 'memory' | 'space' | 'cpus' | 'vmlinux' | 'place'>,
  { release, ranges }: { readonly release: string; readonly ranges: readonly MemoryRange[] },
): Promise<Found | undefined> {
  const { vmlinux, place, cpus } = kernel
  const own = await ownText(kernel)
  if (own !== undefined) return withBase(own)
  if (vmlinux?.path !== undefined && place !== undefined) {
    const text = writeVmcoreinfo({
      release,
      buildId: vmlinux.buildId,
      slide: place.slide,
      physBase: place.physBase,
      fiveLevels: ((cpus[0]?.cr4 ?? 0n) & fiveLevels) !== 0n,
      addressOf: vmlinux.symbols.addressOf,
    })
    return text === undefined ? undefined : { text, physBase: place.physBase }
  }
  // A distribution's kernel has one, and its vmlinux no symbols.
  const text = await searchVmcoreinfo(kernel.memory, { release, ranges })
  return text === undefined ? undefined : withBase(text)
}

async function ownText({ space, vmlinux, place }: Pick<OpenKernel, 'space' | 'vmlinux' | 'place'>): Promise<string | undefined> {
  const pointer = vmlinux?.symbols.addressOf('vmcoreinfo_data')
  if (pointer === undefined || place === undefined || place.physBase === undefined) return undefined
  try {
    return readVmcoreinfo(await space.read(await readWord(space, pointer + place.slide, 8), pageBytes))
  } catch {
    // Not written yet.
    return undefined
  }
}

function withBase(text: string): Found {
  return { text, physBase: physBaseOf(text) }
}

// struct new_utsname of include/uapi/linux/utsname.h: six texts of 65 bytes. A reference count may come before it.
const utsBytes = 6 * 65
const mostUtsOffset = 16

/** What uname(2) answers in the guest. */
async function readUts({ memory }: Pick<OpenKernel, 'memory'>, { text, physBase }: Found): Promise<Uint8Array | undefined> {
  const [, digits] = /^SYMBOL\(init_uts_ns\)=([0-9a-f]+)$/m.exec(text) ?? []
  if (digits === undefined || physBase === undefined) return undefined
  const bytes = await memory.read(BigInt(`0x${digits}`) - kernelMapStart + physBase, mostUtsOffset + utsBytes)
  const start = Buffer.from(bytes).indexOf('Linux\0')
  return start < 0 || start > mostUtsOffset ? undefined : bytes.slice(start, start + utsBytes)
}
