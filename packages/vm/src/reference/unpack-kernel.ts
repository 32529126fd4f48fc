import { join, relative } from 'node:path'
import { archRows, type Arch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { refuseFullDisk, type Host } from '@kernelkit/host'
import { findKernelFiles } from './find-kernel-files.ts'
import { readKernelImage } from '../resolve/kernel-image.ts'
import { arrangeSymbols } from './debug-symbols.ts'
import { kernelPayload } from './kernel-payload.ts'

/** What a prepared kernel is made of, for its manifest. */
export interface KernelOrigin {
  /** How users name it. */
  readonly label: string
  readonly packages: readonly { readonly name: string; readonly version: string | undefined; readonly sha256: string }[]
}

export interface UnpackInput {
  readonly arch: Arch | undefined
  /** Directory with the unpacked packages. */
  readonly from: string
  /** Takes the kernel. */
  readonly to: string
  readonly origin: KernelOrigin
  readonly signal?: AbortSignal | undefined
}

/** Takes the kernel, its configuration and its modules out of unpacked packages, whichever layout they have. */
export async function arrangeKernel(host: Host, { arch, from, to, origin, signal }: UnpackInput): Promise<void> {
  const found = await findKernelFiles(host, from, origin.label)
  if (found === undefined) {
    throw new UserError(
      'NOT_A_KERNEL',
      `${origin.label} contains no kernel: there is neither /boot/vmlinuz* nor /lib/modules/*/vmlinuz in it.`,
      {
        hint: 'Name the package with the kernel itself; when its modules are in another one, name both files with a comma between them.',
        details: { packages: origin.packages.map(({ name }) => name) },
      },
    )
  }
  const image = await readKernelImage(host, found.kernel).catch((cause: unknown) => {
    if (!(cause instanceof UserError) || cause.code !== 'NOT_A_KERNEL') throw cause
    const file = relative(from, found.kernel)
    throw new UserError('NOT_A_KERNEL', `/${file} in ${origin.label} is not a kernel: ${String(cause.details['what'])}.`, {
      hint: 'Download or build the package again.',
      details: { file },
      cause,
    })
  })
  if (arch !== undefined && image.arch !== arch.name) {
    throw new UserError('KERNEL_ARCH', `${origin.label} is a kernel for ${image.arch}, not for ${arch.name}.`, {
      hint: 'Name a package for the architecture, or another architecture.',
      details: { arch: image.arch, asked: arch.name },
    })
  }
  const { release } = found
  // As a build leaves it.
  const kernel = join(to, archRows[image.arch].imageTarget)
  await host.fs.rename(found.kernel, kernel)
  if (found.config !== undefined) await host.fs.rename(found.config, join(to, 'config'))
  // Debian's packages before 6.19 have one line there that points to the debug symbols.
  if (found.systemMap !== undefined && (await host.fs.stat(found.systemMap)).size > 1000)
    await host.fs.rename(found.systemMap, join(to, 'System.map'))
  const modules =
    found.modules === undefined ? undefined : await arrangeModules(host, { from: found.modules, to, release, label: origin.label, signal })
  const vmlinux = await kernelPayload(host, kernel)
  if (vmlinux !== undefined && vmlinux.length > 0) await host.fs.writeFile(join(to, 'vmlinux'), vmlinux)
  const symbols = await arrangeSymbols(host, { from, to, release, label: origin.label })
  const manifest = { kind: 'kernel', schema: 1, release, arch: image.arch, packages: origin.packages, source: { label: origin.label } }
  await host.fs.writeFile(
    join(to, 'manifest.json'),
    `${JSON.stringify({ ...manifest, modules: modules ?? null, ...symbols }, undefined, 2)}\n`,
  )
}

interface ModulesInput {
  readonly from: string
  readonly to: string
  readonly release: string
  /** How users name the kernel. */
  readonly label: string
  readonly signal?: AbortSignal | undefined
}

/** Puts the modules where depmod and modprobe look for them; the answer is their directory, relative to the kernel's. */
async function arrangeModules(host: Host, { from, to, release, label, signal }: ModulesInput): Promise<string> {
  const root = join(to, 'modules')
  const directory = join(root, 'lib/modules', release)
  await host.fs.mkdir(join(root, 'lib/modules'), { recursive: true })
  await host.fs.mkdir(join(root, 'usr'))
  // Some builds of depmod look below /usr.
  await host.fs.symlink('../lib', join(root, 'usr/lib'))
  await host.fs.rename(from, directory)
  // Links to headers and source that are not there, and whatever else a link of a package may point to on this machine.
  await host.run(['find', directory, '-type', 'l', '-delete'], { signal, endsWithParent: true })
  if (!(await host.fs.exists(join(directory, 'modules.dep')))) {
    const { exitCode, stderr } = await host.run(['depmod', '-b', root, release], { reject: false, signal, endsWithParent: true })
    signal?.throwIfAborted()
    if (exitCode !== 0) throw unlistable(label, stderr)
  }
  return join('modules/lib/modules', release)
}

/** Modules that need each other in a circle, as a rule; depmod(8) says it first and in its last line how many they are. */
function unlistable(label: string, stderr: string): UserError {
  refuseFullDisk(stderr)
  const [reason = 'depmod failed'] = stderr.split('\n').flatMap((line) => /^depmod: ERROR: (.*?)\.?$/.exec(line)?.[1] ?? [])
  return new UserError('NOT_A_KERNEL', `the modules of ${label} cannot be put in an order in which they load: ${reason}.`, {
    hint: 'Name a kernel whose modules were built together, or its package with the kernel alone.',
    details: { reason },
  })
}
