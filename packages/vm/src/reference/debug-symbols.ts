import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

interface SymbolsInput {
  /** Directory with the unpacked packages. */
  readonly from: string
  /** Directory of the kernel; its vmlinux, where it has one, is there. */
  readonly to: string
  readonly release: string
  /** How users name the kernel. */
  readonly label: string
}

/** Fields of a kernel's manifest, relative to it. */
export interface KernelSymbols {
  /** Directory of the modules with their debug information. */
  readonly symbols: string
  /** The vmlinux with its symbols. */
  readonly debugVmlinux?: string
}

/** Keeps what a package with debug symbols brought below /usr/lib/debug, once it is known to be of this very build. Throws `VMLINUX_OF_OTHER_BUILD`. */
export async function arrangeSymbols(host: Host, { from, to, release, label }: SymbolsInput): Promise<KernelSymbols | undefined> {
  const brought = join(from, 'usr/lib/debug')
  if (!(await host.fs.exists(brought))) return undefined
  const symbols = 'symbols'
  // Debian and Ubuntu; where everything is below /usr/lib/modules; Fedora.
  for (const path of [`boot/vmlinux-${release}`, `usr/lib/modules/${release}/vmlinux`, `lib/modules/${release}/vmlinux`]) {
    // A link leads out of the package.
    if ((await host.fs.lstat(join(brought, path)).catch(() => undefined))?.isFile() !== true) continue
    await refuseOtherBuild(host, { debug: join(brought, path), kernel: join(to, 'vmlinux'), label })
    await host.fs.rename(brought, join(to, symbols))
    return { symbols, debugVmlinux: join(symbols, path) }
  }
  await host.fs.rename(brought, join(to, symbols))
  return { symbols }
}

async function refuseOtherBuild(
  host: Host,
  { debug, kernel, label }: { readonly debug: string; readonly kernel: string; readonly label: string },
): Promise<void> {
  const { readBuildId } = await import('@kernelkit/host/symbolise')
  const [ofSymbols, ofKernel] = await Promise.all([debug, kernel].map((path) => readBuildId(host, path)))
  // A kernel that this host cannot unpack has none that can be compared.
  if (ofKernel === undefined || ofSymbols === ofKernel) return
  throw new UserError(
    'VMLINUX_OF_OTHER_BUILD',
    `the debug symbols of ${label} are of another build: their build id is ${ofSymbols ?? 'missing'}, the kernel's ${ofKernel}.`,
    { hint: 'Name the package of the same version.', details: { symbols: ofSymbols ?? null, kernel: ofKernel } },
  )
}
