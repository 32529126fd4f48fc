import { join } from 'node:path'
import type { Host } from '@kernelkit/host'
import type { VmState } from '../process/vm-state.ts'

/** The vmlinux of a running VM's kernel: the one that was built with it, else the one inside of its compressed image, which has no symbols. */
export async function vmlinuxOfVm(host: Host, { facts, directory, kernel }: VmState): Promise<string | undefined> {
  const { vmlinux } = facts
  if (typeof vmlinux === 'string' && (await host.fs.exists(vmlinux))) return vmlinux
  const unpacked = join(directory, 'vmlinux')
  if (await host.fs.exists(unpacked)) return unpacked
  const { kernelPayload } = await import('../reference/kernel-payload.ts')
  const payload = await kernelPayload(host, kernel).catch(() => undefined)
  if (payload === undefined || payload.length === 0) return undefined
  const part = `${unpacked}.${host.randomHex(4)}`
  await host.fs.writeFile(part, payload)
  await host.fs.rename(part, unpacked)
  return unpacked
}
