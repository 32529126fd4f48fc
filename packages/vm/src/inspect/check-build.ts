import type { AddressSpace, KernelPlace } from '@kernelkit/core/inspect'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import type { Vmlinux } from '@kernelkit/host/symbolise'

// Before the id: lengths of name and content, the type, and the name (elf(5), "Notes").
const headBytes = 16
const name = 'GNU\0'

/** Why a vmlinux is not that of the guest: the kernel has its own build id in memory, at the same place. `undefined` when it is, or has no id. */
export async function findOtherBuild(
  host: Pick<Host, 'fs'>,
  { vmlinux, space, place }: { readonly vmlinux: Vmlinux; readonly space: AddressSpace; readonly place: KernelPlace },
): Promise<UserError | undefined> {
  const { path, buildId } = vmlinux
  if (buildId === undefined) return undefined
  const { readVmlinuxParts } = await import('@kernelkit/host/symbolise')
  const notes = (await readVmlinuxParts(host, path, ['.notes'])).get('.notes')
  const at = notes === undefined ? -1 : Buffer.from(notes.bytes).indexOf(buildId, 'hex')
  if (notes === undefined || at < headBytes) return undefined
  const start = notes.address + BigInt(at - headBytes) + place.slide
  const seen = Buffer.from(await space.read(start, headBytes + buildId.length / 2).catch(() => new Uint8Array(0)))
  const own = seen.toString('latin1', headBytes - name.length, headBytes) === name ? seen.toString('hex', headBytes) : undefined
  if (own === buildId) return undefined
  return new UserError(
    'VMLINUX_OF_OTHER_BUILD',
    `${path} is of another build than the kernel of the guest: its build id is ${buildId}, the guest's ${own ?? 'is not where it would be'}.`,
    {
      hint: 'Start the guest again with the kernel of this build, or put back the vmlinux that it was started with.',
      details: { path, vmlinux: buildId, guest: own ?? null },
    },
  )
}
