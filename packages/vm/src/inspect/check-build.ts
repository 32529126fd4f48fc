import { UserError } from '@kernelkit/core/errors'
import type { AddressSpace, KernelPlace, ReadPhysical } from '@kernelkit/core/inspect'
import type { Host } from '@kernelkit/host'
import type { Vmlinux } from '@kernelkit/host/symbolise'

// Before the id: lengths of name and content, the type, and the name (elf(5), "Notes").
const headBytes = 16
const name = 'GNU\0'

interface BuildQuestion {
  readonly vmlinux: Vmlinux
  readonly read: ReadPhysical
  readonly space: AddressSpace
  readonly place: KernelPlace
}

/** Why a vmlinux is not that of the guest: the kernel has its own build id in memory, at the same place. `undefined` when it is, or when that cannot be read. */
export async function findOtherBuild(
  host: Pick<Host, 'fs'>,
  { vmlinux, read, space, place }: BuildQuestion,
): Promise<UserError | undefined> {
  const { path, buildId } = vmlinux
  if (buildId === undefined) return undefined
  const { readVmlinuxParts } = await import('@kernelkit/host/symbolise')
  const notes = (await readVmlinuxParts(host, path, ['.notes'])).get('.notes')
  const at = notes === undefined ? -1 : Buffer.from(notes.bytes).indexOf(buildId, 'hex')
  if (notes === undefined || at < headBytes) return undefined
  const start = notes.address + BigInt(at - headBytes) + place.slide
  const length = headBytes + buildId.length / 2
  const { kernelMapStart } = await import('@kernelkit/core/inspect')
  // While a program runs, its page table may lack the kernel (PTI).
  const reading = place.physBase === undefined ? space.read(start, length) : read(start - kernelMapStart + place.physBase, length)
  const memory = await reading.catch(() => undefined)
  if (memory === undefined) return undefined
  const seen = Buffer.from(memory)
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
