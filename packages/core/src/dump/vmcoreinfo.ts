/** What a debugger has to know about a kernel to find anything in its memory. */
export interface KernelFacts {
  readonly release: string
  readonly buildId: string | undefined
  /** Added to the addresses of the vmlinux (KASLR). */
  readonly slide: bigint
  /** `phys_base`, of 64-bit kernels. */
  readonly physBase: bigint | undefined
  readonly fiveLevels: boolean
  /** Address of a symbol in the vmlinux. */
  readonly addressOf: (name: string) => bigint | undefined
}

/** Symbols that crash, drgn and libkdumpfile look for. */
export const noteSymbols = ['init_uts_ns', 'swapper_pg_dir', 'init_top_pgt', '_stext', 'init_task', 'vmcoreinfo_data'] as const

/**
 * What the kernel itself writes into VMCOREINFO (Documentation/admin-guide/kdump/vmcoreinfo.rst), as far as debuggers of a dump need it:
 * kernels without CONFIG_VMCORE_INFO have none. `undefined` without the addresses that they cannot do without.
 */
export function writeVmcoreinfo({ release, buildId, slide, physBase, fiveLevels, addressOf }: KernelFacts): string | undefined {
  const directory = addressOf('swapper_pg_dir') ?? addressOf('init_top_pgt')
  if (directory === undefined || release === '') return undefined
  const symbol = (name: string, address: bigint | undefined): readonly string[] =>
    address === undefined ? [] : [`SYMBOL(${name})=${(address + slide).toString(16)}`]
  const lines = [
    `OSRELEASE=${release}`,
    ...(buildId === undefined ? [] : [`BUILD-ID=${buildId}`]),
    'PAGESIZE=4096',
    ...symbol('init_uts_ns', addressOf('init_uts_ns')),
    ...symbol('swapper_pg_dir', directory),
    ...symbol('_stext', addressOf('_stext')),
    ...symbol('init_top_pgt', addressOf('init_top_pgt')),
    ...(physBase === undefined
      ? []
      : [
          `NUMBER(phys_base)=${physBase}`,
          `NUMBER(pgtable_l5_enabled)=${fiveLevels ? 1 : 0}`,
          // arch/x86/include/asm/page_64_types.h, with KASLR.
          'NUMBER(KERNEL_IMAGE_SIZE)=1073741824',
          'NUMBER(sme_mask)=0',
        ]),
    `KERNELOFFSET=${slide.toString(16)}`,
  ]
  return `${lines.join('\n')}\n`
}

/** The text that a kernel has written, at the beginning of a page; `undefined` when these bytes are something else. */
export function readVmcoreinfo(page: Uint8Array): string | undefined {
  const end = page.indexOf(0)
  const text = new TextDecoder('latin1').decode(end < 0 ? page : page.subarray(0, end))
  return /^OSRELEASE=[\x21-\x7e]+\n/.test(text) && /^PAGESIZE=\d+$/m.test(text) ? text : undefined
}
