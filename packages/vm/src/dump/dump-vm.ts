import type { Host } from '@kernelkit/host'
import { connectVm } from '../process/connect-vm.ts'
import type { VmState } from '../process/vm-state.ts'
import { dumpMemory, type DumpFormat, type MemoryDump } from './dump-memory.ts'

/** The memory of a VM of another process. */
export async function dumpVm(
  host: Host,
  { vm: state, path, format }: { readonly vm: VmState; readonly path: string; readonly format: DumpFormat },
): Promise<MemoryDump & { readonly vmlinux: string | undefined }> {
  await using vm = await connectVm(state, host)
  const text = (name: string): string | undefined => {
    const value = state.facts[name]
    return typeof value === 'string' ? value : undefined
  }
  const vmlinux = text('vmlinux')
  const dumped = await dumpMemory(host, {
    vm,
    directory: text('overlay') ?? state.directory,
    path,
    format,
    vmlinux,
    release: text('release') ?? '',
  })
  return { ...dumped, vmlinux }
}
