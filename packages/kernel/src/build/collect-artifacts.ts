import { basename, dirname, join } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import type { Host } from '@kernelkit/host'
import type { KernelManifest } from './manifest.ts'

/** Copy what a build made into the store's folder (shared blocks where the file system can). */
export async function collectArtifacts(
  host: Host,
  options: { readonly build: string; readonly folder: string; readonly arch: Arch; readonly gdbScripts: boolean },
): Promise<Pick<KernelManifest, 'files' | 'bytes' | 'sha256' | 'release'>> {
  const { build, folder, arch } = options
  const kernel = basename(arch.imagePath)
  await copy(host, join(build, arch.imagePath), join(folder, kernel))
  await copy(host, join(build, 'vmlinux'), join(folder, 'vmlinux'))
  await copy(host, join(build, '.config'), join(folder, '.config'))
  const systemMap = (await host.fs.exists(join(build, 'System.map'))) ? 'System.map' : undefined
  if (systemMap !== undefined) await copy(host, join(build, systemMap), join(folder, systemMap))
  const gdbScript = options.gdbScripts ? await copyGdbScripts(host, build, folder) : undefined
  const release = (await host.fs.readFile(join(build, 'include', 'config', 'kernel.release'), 'utf8')).trim()
  const [kernelSum, vmlinuxSum, configSum] = await Promise.all(
    [kernel, 'vmlinux', '.config'].map((name) => host.sha256File(join(folder, name))),
  )
  return {
    release,
    files: { kernel, vmlinux: 'vmlinux', config: '.config', systemMap, gdbScript },
    bytes: { kernel: (await host.fs.stat(join(folder, kernel))).size, vmlinux: (await host.fs.stat(join(folder, 'vmlinux'))).size },
    sha256: { kernel: kernelSum ?? '', vmlinux: vmlinuxSum ?? '', config: configSum ?? '' },
  }
}

/** gdb loads vmlinux-gdb.py beside vmlinux; the modules it imports are links into the source, so they are copied. */
async function copyGdbScripts(host: Host, build: string, folder: string): Promise<string | undefined> {
  const script = 'vmlinux-gdb.py'
  if (!(await host.fs.exists(join(build, script)))) return undefined
  await copy(host, join(build, script), join(folder, script))
  const modules = join('scripts', 'gdb')
  await host.fs.cp(join(build, modules), join(folder, modules), {
    recursive: true,
    dereference: true,
    filter: (path) => !/(?:^|\/)(?:\..*\.cmd|__pycache__|Makefile)$/.test(path),
  })
  return script
}

async function copy(host: Host, from: string, to: string): Promise<void> {
  await host.fs.mkdir(dirname(to), { recursive: true })
  await host.fs.copyFile(from, to, host.fs.constants.COPYFILE_FICLONE)
}
