import { dirname, join } from 'node:path'
import { parseTypeTable, readBtf, readTypeAnswers, typeCommands, type TypeTable } from '@kernelkit/core/inspect'
import type { Host } from '@kernelkit/host'
import { readVmlinuxParts } from '@kernelkit/host/symbolise'
import { runDebugger } from '../debugger/run-debugger.ts'

/** Where the members of a kernel's types are. */
export interface KernelTypes {
  readonly table: TypeTable | undefined
  /** Why there is none, or not all of it, and what to do. */
  readonly problem: string | undefined
}

// gdb reads the 560 MiB of a distribution's kernel in 14 s of CPU time; the rest is for a busy machine.
const usualLimitMs = 300_000

/** What the build left next to the vmlinux, else what pahole put into it, else what its debug information says. */
export async function readKernelTypes(host: Host, options: KernelTypesOptions): Promise<KernelTypes> {
  const { vmlinux } = options
  const text = await host.fs.readFile(join(dirname(vmlinux), 'types.txt'), 'utf8').catch(() => '')
  const built = parseTypeTable(text)
  if (built?.unknown.length === 0) return { table: built, problem: undefined }
  const btf = (await readVmlinuxParts(host, vmlinux, ['.BTF']).catch(() => undefined))?.get('.BTF')
  const ofBtf = btf === undefined ? undefined : readBtf(btf.bytes, btf.address > 0xffff_ffffn ? 8 : 4)
  if (ofBtf !== undefined) return { table: ofBtf, problem: undefined }
  const asked = await askGdb(host, options)
  if (asked.table !== undefined) return { table: asked.table, problem: undefined }
  if (built !== undefined) {
    const problem = `the types.txt next to the vmlinux was made by an earlier kernelkit and does not say where these are: ${built.unknown.join(', ')}; build the kernel again`
    return { table: built, problem }
  }
  return {
    table: undefined,
    problem: `where the members of this kernel's types are is not known: its vmlinux has no BTF, and ${asked.why}; build it again with kernelkit, or with DEBUG_INFO_BTF=y`,
  }
}

export interface KernelTypesOptions {
  readonly vmlinux: string
  readonly signal?: AbortSignal | undefined
  /** How long gdb may read debug information. */
  readonly gdbLimitMs?: number | undefined
}

async function askGdb(
  host: Host,
  { vmlinux, signal, gdbLimitMs: limitMs = usualLimitMs }: KernelTypesOptions,
): Promise<{ readonly table: TypeTable } | { readonly table: undefined; readonly why: string }> {
  const gdb = (await host.which('gdb')) ?? (await host.which('gdb-multiarch'))
  if (gdb === undefined) return { table: undefined, why: 'gdb, which could read its debug information, is not installed' }
  // A file next to the vmlinux may be its helpers, which fail with a stack trace here.
  const start = [gdb, '-nx', '-batch', '-iex', 'set auto-load off']
  const argv = [...start, ...typeCommands.flatMap((one) => ['-ex', one]), vmlinux]
  const { output, exitCode } = await runDebugger(host, argv, { limitMs, signal: signal ?? new AbortController().signal })
  // What a stopped gdb has not printed is not known. Otherwise it exits with the status of its last command.
  if (exitCode === undefined) return { table: undefined, why: `gdb did not read its debug information within ${limitMs / 1000} s` }
  const table = readTypeAnswers(output)
  return table === undefined ? { table, why: 'no full debug information' } : { table }
}
