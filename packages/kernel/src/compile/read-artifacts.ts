import { basename, join } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import type { Host } from '@kernelkit/host'
import type { KernelManifest } from '../build/manifest.ts'
import { artifactNames } from './collect-steps.ts'

/** Release, names, sizes and checksums of what was collected. */
export async function readArtifacts(
  host: Host,
  options: { readonly build: string; readonly artifacts: string; readonly arch: Pick<Arch, 'imagePath'> },
): Promise<Pick<KernelManifest, 'files' | 'bytes' | 'sha256' | 'release'>> {
  const { build, artifacts, arch } = options
  const kernel = basename(arch.imagePath)
  const { vmlinux, config, systemMap, gdbScript } = artifactNames
  const nameIfThere = async (name: string) => ((await host.fs.exists(join(artifacts, name))) ? name : undefined)
  const sizeOf = async (name: string) => (await host.fs.stat(join(artifacts, name))).size
  const release = (await host.fs.readFile(join(build, 'include', 'config', 'kernel.release'), 'utf8')).trim()
  const [kernelSum, vmlinuxSum, configSum] = await Promise.all(
    [kernel, vmlinux, config].map((name) => host.sha256File(join(artifacts, name))),
  )
  return {
    release,
    files: { kernel, vmlinux, config, systemMap: await nameIfThere(systemMap), gdbScript: await nameIfThere(gdbScript) },
    bytes: { kernel: await sizeOf(kernel), vmlinux: await sizeOf(vmlinux) },
    sha256: { kernel: kernelSum ?? '', vmlinux: vmlinuxSum ?? '', config: configSum ?? '' },
  }
}
