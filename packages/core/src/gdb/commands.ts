/** What gdb needs to know about one VM. */
export interface GdbTarget {
  readonly vmlinux: string
  /** `target remote` argument: a unix socket's path or host:port. */
  readonly remote: string
  readonly source: string | undefined
  /** vmlinux-gdb.py, when the kernel has full debug information and GDB_SCRIPTS. */
  readonly helpers: string | undefined
  /** Added to the addresses of the vmlinux (KASLR). */
  readonly slide: bigint
  /** Our own commands: the directory of their package, and the file with what they know of the VM. Absent for a gdb without Python. */
  readonly ours: { readonly directory: string; readonly settings: string } | undefined
  /** Prefixes that the build cut off file names (-ffile-prefix-map): `from` is what the debug information says. */
  readonly prefixMap: readonly { readonly from: string; readonly to: string }[]
}

/** The command file for `gdb -x`: order matters. The stub itself reports the architecture. */
export function gdbCommands(target: GdbTarget): string {
  return `${gdbSetup(target)}target remote ${target.remote}\n`
}

/** What comes before gdb attaches. */
export function gdbSetup(target: GdbTarget): string {
  const lines = [
    'set pagination off',
    'set confirm off',
    // Its own 2 s are for lines that lose bytes: on a busy machine it asks again, and takes the first answer for that of its next question.
    'set remotetimeout 120',
    // vmlinux-gdb.py next to the vmlinux is loaded below when it can work; with reduced debug information it fails with a stack trace. And a file of
    // the guest may bring scripts along. Not only those of Python: a gdb without it does not know them apart.
    'set auto-load off',
    // Memory is read with physical addresses in between: what was read before would be taken for it.
    'set stack-cache off',
    'set code-cache off',
    ...target.prefixMap.map((map) => `set substitute-path ${map.from} ${map.to}`),
    ...(target.source === undefined ? [] : [`directory ${target.source}`]),
    target.slide === 0n ? `file ${target.vmlinux}` : `symbol-file -o 0x${target.slide.toString(16)} ${target.vmlinux}`,
    ...(target.helpers === undefined ? [] : [`source ${target.helpers}`]),
    ...(target.ours === undefined
      ? []
      : [
          `python import sys; sys.dont_write_bytecode = True; sys.path.insert(0, ${JSON.stringify(target.ours.directory)})`,
          `python import kernelkit_gdb.commands; kernelkit_gdb.commands.start(${JSON.stringify(target.ours.settings)})`,
        ]),
  ]
  return `${lines.join('\n')}\n`
}
