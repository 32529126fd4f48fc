import { readVmcoreinfo, writeVmcoreinfo, type Attached } from '@kernelkit/core/dump'
import { kernelMapStart, readWord } from '@kernelkit/core/inspect'
import type { OpenKernel } from '../inspect/open-kernel.ts'

// CR4.LA57 (Intel SDM 3A, 2.5).
const fiveLevels = 1n << 12n
const pageBytes = 4096
const searchBytes = 16 * 1024 * 1024
// Where the kernel of a 4 GiB guest and larger allocates a page so early: below the hole for devices.
const mostSearched = 4n * 1024n ** 3n

/** The kernel's own VMCOREINFO, or what it would be, made of the vmlinux and the registers; `undefined` when neither is possible. */
export async function findVmcoreinfo(
  kernel: Pick<OpenKernel, 'memory' | 'space' | 'cpus' | 'vmlinux' | 'place'>,
  guest: { readonly release: string; readonly memoryBytes: bigint },
): Promise<Attached | undefined> {
  const found = await findText(kernel, guest)
  return found === undefined ? undefined : { ...found, uts: await readUts(kernel, found) }
}

type Found = Omit<Attached, 'uts'>

async function findText(
  kernel: Pick<OpenKernel, 'memory' | 'space' | 'cpus' | 'vmlinux' | 'place'>,
  { release, memoryBytes }: { readonly release: string; readonly memoryBytes: bigint },
): Promise<Found | undefined> {
  const { vmlinux, place, cpus } = kernel
  const own = await ownText(kernel)
  if (own !== undefined) return withBase(own)
  if (vmlinux !== undefined && place !== undefined) {
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
  return search(kernel, { release, memoryBytes })
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

async function search(
  { memory }: Pick<OpenKernel, 'memory'>,
  { release, memoryBytes }: { readonly release: string; readonly memoryBytes: bigint },
): Promise<Found | undefined> {
  const mark = Buffer.from(`OSRELEASE=${release}\n`)
  const end = memoryBytes < mostSearched ? memoryBytes : mostSearched
  for (let at = 0n; at < end; at += BigInt(searchBytes)) {
    const bytes = Buffer.from(await memory.readLarge(at, Math.min(searchBytes, Number(end - at))))
    for (let from = bytes.indexOf(mark); from >= 0; from = bytes.indexOf(mark, from + 1)) {
      const text = from % pageBytes === 0 ? readVmcoreinfo(bytes.subarray(from, from + pageBytes)) : undefined
      if (text !== undefined) return withBase(text)
    }
  }
  return undefined
}

function withBase(text: string): Found {
  const [, base] = /^NUMBER\(phys_base\)=(-?\d+)$/m.exec(text) ?? []
  return { text, physBase: base === undefined ? undefined : BigInt(base) }
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
