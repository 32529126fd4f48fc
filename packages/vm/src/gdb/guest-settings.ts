import { join } from 'node:path'
import { writeTypeTable } from '@kernelkit/core/inspect'
import type { Host } from '@kernelkit/host'
import { guestAddressOf, openKernel, type OpenKernel } from '../inspect/open-kernel.ts'
import type { Vm } from '../vm.ts'
import { moduleDirectories, type VmState } from '../process/vm-state.ts'

/** What the commands of gdb (packages/vm/gdb) read from their file. */
export interface GuestSettings {
  /** Addresses in the guest, hexadecimal; a name that this kernel lacks is absent. */
  readonly symbols: Readonly<Record<string, string>>
  readonly physBase: string
  readonly wordBytes: 4 | 8
  readonly fiveLevels: boolean
  /** Entries of 8 bytes in the page tables of 32 bits. */
  readonly pae: boolean
  /** The text of a table of types. */
  readonly types: string | null
  /** Why there is none, or not all of it. */
  readonly missing: string | null
  /** Why gdb cannot follow stacks of the kernel. */
  readonly noStacks: string | null
  /** Directories of this machine that the guest sees, the deepest first. */
  readonly places: readonly { readonly guest: string; readonly host: string }[]
  /** Directories with files of the kernel's modules, those with debug information first. */
  readonly modules: readonly string[]
  /** An ext4 image that debugfs(8) reads. */
  readonly image: string | null
  /** A private directory for files out of it. */
  readonly scratch: string
}

// CR4.PAE and CR4.LA57 (Intel SDM 3A, 2.5).
const wideEntries = 1n << 5n
const fiveLevels = 1n << 12n

/** What the commands look for: the kernel's page table (its name in 64 and in 32 bits), its tasks, its log, its modules. */
const neededSymbols = [
  'init_top_pgt',
  'swapper_pg_dir',
  'init_task',
  'current_task',
  'pcpu_hot',
  '__per_cpu_offset',
  'prb',
  'modules',
] as const

/** Looks at the guest once, before gdb stops it. Throws VMLINUX_OF_OTHER_BUILD. */
export async function guestSettings(
  host: Host,
  { vm, state, vmlinux }: { readonly vm: Pick<Vm, 'qmp'>; readonly state: VmState; readonly vmlinux: string },
): Promise<{ readonly settings: GuestSettings; readonly slide: bigint }> {
  const { overlay, release } = state.facts
  await using kernel = await openKernel(host, {
    vm,
    directory: typeof overlay === 'string' ? overlay : state.directory,
    vmlinux,
    release: typeof release === 'string' ? release : undefined,
    // Breakpoints would be anywhere.
    refuseOtherBuild: true,
  })
  const { place } = kernel
  const { table, problem } = await kernel.types()
  const cr4 = kernel.cpus[0]?.cr4 ?? 0n
  const slide = place?.slide ?? 0n
  const wordBytes = wordBytesOf(kernel)
  const symbols = neededSymbols.flatMap((name) => {
    const address = guestAddressOf({ ...kernel, wordBytes }, name)
    return address === undefined ? [] : [[name, hex(address)] as const]
  })
  const settings: GuestSettings = {
    symbols: Object.fromEntries(symbols),
    physBase: hex(place?.physBase ?? 0n),
    wordBytes,
    fiveLevels: (cr4 & fiveLevels) !== 0n,
    pae: (cr4 & wideEntries) !== 0n,
    types: table === undefined ? null : writeTypeTable(table),
    missing: problem ?? null,
    noStacks:
      kernel.vmlinux?.path === undefined
        ? `gdb has no symbols of this kernel, which has none in its vmlinux: \`kernelkit inspect ${state.name}\` shows its stacks, and a start with --symbols fetches them`
        : null,
    places: placesOf(state),
    modules: moduleDirectories(state),
    image: imageOf(state),
    scratch: join(state.directory, 'gdb-files'),
  }
  return { settings, slide }
}

function hex(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
}

/** Before the kernel has set itself up the CPU says nothing of it, its own code does. */
function wordBytesOf({ vmlinux, wordBytes }: OpenKernel): 4 | 8 {
  const start = vmlinux?.symbols.addressOf('_stext') ?? vmlinux?.symbols.addressOf('start_kernel')
  return start === undefined ? wordBytes : start > 0xffff_ffffn ? 8 : 4
}

function placesOf({ facts }: VmState): GuestSettings['places'] {
  const shares = facts['shares']
  const mounts = facts['mounts']
  if (typeof shares !== 'object' || shares === null) return []
  const hostOf = (tag: string): string | undefined => {
    const path: unknown = (shares as Readonly<Record<string, unknown>>)[tag]
    return typeof path === 'string' ? path : undefined
  }
  const listed = Array.isArray(mounts) ? (mounts as readonly { readonly tag: string; readonly at: string }[]) : []
  const all = [...listed, { tag: 'root', at: '/' }].flatMap(({ tag, at }) => {
    const path = hostOf(tag)
    return path === undefined ? [] : [{ guest: at, host: path }]
  })
  return all.toSorted((a, b) => b.guest.length - a.guest.length)
}

function imageOf({ facts }: VmState): string | null {
  const { root, drives } = facts
  if (typeof root !== 'string' || !Array.isArray(drives)) return null
  const drive = (drives as readonly { readonly path: string; readonly format: string }[]).find(({ path }) => path === root)
  return drive?.format === 'raw' ? drive.path : null
}
