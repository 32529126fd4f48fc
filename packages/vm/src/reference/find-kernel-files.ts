import { join, sep } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { readKernelImage } from '../resolve/kernel-image.ts'

/** The files of one kernel below a directory. */
export interface KernelFiles {
  readonly release: string
  readonly kernel: string
  readonly config: string | undefined
  readonly systemMap: string | undefined
  /** lib/modules/RELEASE. */
  readonly modules: string | undefined
}

/**
 * The kernel below a directory, whichever layout it has. Debian up to 7.1 and `make tar-pkg`: /boot with the release in the names;
 * Fedora and later Debian: all of it below /lib/modules/RELEASE; cilium/ci-kernels: /boot/vmlinuz; little-vm-helper: below
 * /data/kernels/NAME. No link is followed to outside of the directory. Of several kernels it is the one that has modules; where that leaves
 * more than one, throws BAD_KERNEL_REFERENCE, with `label` for the directory.
 */
export async function findKernelFiles(host: Host, from: string, label = from): Promise<KernelFiles | undefined> {
  const top = await host.fs.realpath(from)
  const inner = await listNames(host, top, join(from, 'data/kernels'))
  const found: KernelFiles[] = []
  for (const root of [from, ...inner.map((name) => join(from, 'data/kernels', name))]) found.push(...(await filesBelow(host, top, root)))
  const withModules = found.filter(({ modules }) => modules !== undefined)
  const [first, ...others] = withModules.length > 0 ? withModules : found
  if (first !== undefined && others.length > 0) throw severalKernels(label, [first, ...others])
  return first
}

function severalKernels(label: string, found: readonly KernelFiles[]): UserError {
  const releases = found.map(({ release }) => release)
  return new UserError('BAD_KERNEL_REFERENCE', `there are several kernels in ${label}: ${releases.join(', ')}.`, {
    hint: 'Name one: its file in a directory, such as DIR/boot/vmlinuz-RELEASE, or only the packages of one kernel.',
    details: { releases },
  })
}

async function filesBelow(host: Host, top: string, root: string): Promise<readonly KernelFiles[]> {
  const [boot, ...moduleRoots] = [join(root, 'boot'), join(root, 'lib/modules'), join(root, 'usr/lib/modules')]
  const file = async (...paths: readonly string[]): Promise<string | undefined> => {
    for (const path of paths) if ((await kindInside(host, top, path)) === 'file') return path
    return undefined
  }
  const describe = async (release: string, kernel: string): Promise<KernelFiles> => {
    const directories = moduleRoots.map((one) => join(one, release))
    const inside = (name: string): readonly string[] => directories.map((directory) => join(directory, name))
    let modules: string | undefined
    for (const directory of directories) if ((await kindInside(host, top, join(directory, 'kernel'))) === 'directory') modules ??= directory
    // Modules that were built out of the kernel's tree are all that some images have.
    for (const directory of directories) if ((await kindInside(host, top, join(directory, 'modules.dep'))) === 'file') modules ??= directory
    return {
      release,
      kernel,
      config: await file(join(boot, `config-${release}`), ...inside('config'), join(boot, 'config')),
      systemMap: await file(join(boot, `System.map-${release}`), ...inside('System.map'), join(boot, 'System.map')),
      modules,
    }
  }
  const found: KernelFiles[] = []
  for (const name of await listNames(host, top, boot)) {
    const kernel = name.startsWith('vmlinuz') ? await file(join(boot, name)) : undefined
    if (kernel === undefined) continue
    const release = name.startsWith('vmlinuz-') ? name.slice('vmlinuz-'.length) : (await readKernelImage(host, kernel)).release
    if (release !== undefined && !release.includes('/')) found.push(await describe(release, kernel))
  }
  for (const release of new Set((await Promise.all(moduleRoots.map((one) => listNames(host, top, one)))).flat())) {
    const kernel = await file(...moduleRoots.map((one) => join(one, release, 'vmlinuz')))
    if (kernel !== undefined && !found.some((one) => one.release === release)) found.push(await describe(release, kernel))
  }
  return found
}

/** What is at a path, when no link leads out of the directory. */
async function kindInside(host: Host, top: string, path: string): Promise<'file' | 'directory' | undefined> {
  const real = await host.fs.realpath(path).catch(() => undefined)
  if (real === undefined || !`${real}${sep}`.startsWith(`${top}${sep}`)) return undefined
  const stat = await host.fs.lstat(real)
  return stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : undefined
}

async function listNames(host: Host, top: string, directory: string): Promise<readonly string[]> {
  return (await kindInside(host, top, directory)) === 'directory' ? (await host.fs.readdir(directory)).toSorted() : []
}
