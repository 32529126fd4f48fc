/** What gdb needs to know about one VM. */
export interface GdbTarget {
  readonly vmlinux: string
  /** `target remote` argument: a unix socket's path or host:port. */
  readonly remote: string
  readonly source: string | undefined
  /** vmlinux-gdb.py, when the kernel has full debug information and GDB_SCRIPTS. */
  readonly helpers: string | undefined
  /** Prefixes that the build cut off file names (-ffile-prefix-map): `from` is what the debug information says. */
  readonly prefixMap: readonly { readonly from: string; readonly to: string }[]
}

/** The command file for `gdb -x`: order matters. The stub itself reports the architecture. */
export function gdbCommands(target: GdbTarget): string {
  const lines = [
    'set pagination off',
    'set confirm off',
    // vmlinux-gdb.py next to the vmlinux: loaded below when it can work; with reduced debug information it fails with a stack trace.
    'set auto-load python-scripts off',
    ...target.prefixMap.map((map) => `set substitute-path ${map.from} ${map.to}`),
    ...(target.source === undefined ? [] : [`directory ${target.source}`]),
    `file ${target.vmlinux}`,
    ...(target.helpers === undefined ? [] : [`source ${target.helpers}`]),
    `target remote ${target.remote}`,
  ]
  return `${lines.join('\n')}\n`
}
