import { join, resolve } from 'node:path'
import { parseArch, type ArchName } from '@kernelkit/core/arch'
import { UserError, message, option } from '@kernelkit/core/errors'
import { renderKernelReference, type KernelReference } from '@kernelkit/core/kernels'
import type { ArchivePackage } from '@kernelkit/core/packages'
import { distributionKernelRequirements, requireAll, withTask, type Host, type Store, type StoreEntry } from '@kernelkit/host'
import { fetchPackage } from '@kernelkit/host/archives'
import { findPackages } from './find-packages.ts'
import { arrangeKernel } from './unpack-kernel.ts'

/** Changed when the same packages give other files. */
const recipe = '1'

/** A kernel that has to be fetched or unpacked before it boots. */
export type PackagedKernel = Exclude<KernelReference, { readonly kind: 'path' }>

export interface PrepareKernelInput {
  readonly arch: ArchName
  readonly mirror: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** A kernel of packages as an artifact of the store: image, vmlinux, configuration and modules. */
export interface PreparedKernel {
  readonly path: string
  /** Its name, as users write it. */
  readonly shown: string
  /** What it is, after its name. */
  readonly why: string
}

/** Fetches and unpacks what a reference names, once; nothing is installed and no right of root is needed. */
export async function prepareKernel(
  host: Host,
  store: Store,
  reference: PackagedKernel,
  input: PrepareKernelInput,
): Promise<PreparedKernel> {
  if (reference.kind !== 'host') await requireAll(host, distributionKernelRequirements, { user: "a distribution's kernel" })
  switch (reference.kind) {
    case 'distribution':
    case 'deb':
      return prepareArchiveKernel(host, store, reference, input)
    case 'package-files':
      return prepareFiles(host, store, reference, input)
    case 'host':
      return hostKernel(host)
  }
}

async function prepareArchiveKernel(
  host: Host,
  store: Store,
  reference: Extract<PackagedKernel, { readonly kind: 'deb' | 'distribution' }>,
  { arch: archName, mirror, signal }: PrepareKernelInput,
): Promise<PreparedKernel> {
  const arch = parseArch(archName)
  const { packages, suite } = await findPackages(host, store, reference, { arch, mirror, signal })
  const label = renderKernelReference(reference)
  const megabytes = Math.ceil(packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6)
  // Metapackages are empty: the one with the most in it gives the kernel its name.
  const [main] = packages.toSorted((a, b) => b.bytes - a.bytes)
  const title = `${main?.name ?? label} ${main?.version ?? ''}`
  const { entry } = await obtain(
    store,
    packages.map(({ sha256 }) => sha256),
    signal,
    (directory) =>
      withTask(host, { title: `fetch ${title}, ${megabytes} MB` }, async (task) => {
        const files: string[] = []
        for (const one of packages) {
          const to = join(await store.workDirectory('downloads', 'kernels'), one.path.replace(/^.*\//, ''))
          await fetchOnce(host, one, to, signal)
          files.push(to)
        }
        task.update('unpacking')
        await unpackDebs(host, { files, directory, signal })
        await arrangeKernel(host, {
          arch,
          from: join(directory, 'x'),
          to: directory,
          origin: { label, packages: packages.map(originOf) },
          signal,
        })
        await host.fs.rm(join(directory, 'x'), { recursive: true, force: true })
      }),
  )
  return { path: entry.path, shown: label, why: `${title} of ${suite}` }
}

function originOf({ name, version, sha256 }: ArchivePackage): { readonly name: string; readonly version: string; readonly sha256: string } {
  return { name, version, sha256 }
}

/** A package that was fetched before, in whole, is not fetched again. */
async function fetchOnce(host: Host, one: ArchivePackage, to: string, signal?: AbortSignal): Promise<void> {
  if ((await host.fs.exists(to)) && (await host.sha256File(to)) === one.sha256) return
  const temporary = `${to}.${host.randomHex(4)}.tmp`
  try {
    await fetchPackage(host, { one, to: temporary, signal })
    await host.fs.rename(temporary, to)
  } finally {
    await host.fs.rm(temporary, { force: true })
  }
}

function obtain(
  store: Store,
  digests: readonly string[],
  signal: AbortSignal | undefined,
  produce: (directory: string) => Promise<void>,
): Promise<{ readonly entry: StoreEntry; readonly cached: boolean }> {
  return store.obtain({
    kind: 'kernel',
    material: [['packaged', recipe], ...digests.map((digest): readonly [string, string] => ['package', digest])],
    produce,
    signal,
  })
}

interface UnpackDebs {
  readonly files: readonly string[]
  readonly directory: string
  readonly signal?: AbortSignal | undefined
}

/** Every package into one directory, as dpkg would install them. */
async function unpackDebs(host: Host, { files, directory, signal }: UnpackDebs): Promise<void> {
  for (const file of files) {
    const { exitCode, stderr } = await host.run(['dpkg-deb', '-x', file, join(directory, 'x')], {
      reject: false,
      signal,
      endsWithParent: true,
      package: 'dpkg',
    })
    signal?.throwIfAborted()
    if (exitCode === 0) continue
    throw new UserError('NOT_A_KERNEL', `${file} is not a whole Debian package: ${stderr.trim().split('\n').at(-1) ?? ''}.`, {
      hint: 'Fetch the file again.',
      details: { file },
    })
  }
}

async function prepareFiles(
  host: Host,
  store: Store,
  reference: Extract<PackagedKernel, { readonly kind: 'package-files' }>,
  { signal }: PrepareKernelInput,
): Promise<PreparedKernel> {
  if (reference.format === 'rpm') {
    throw new UserError(
      'NOT_YET',
      message`${option('kernel', renderKernelReference(reference))}: kernels in rpm packages are not supported yet.`,
      {
        hint: 'Name a .deb, or unpack it with `rpm2cpio FILE | cpio -id` and name the kernel inside.',
      },
    )
  }
  const files = reference.paths.map((path) => resolve(host.cwd, path))
  for (const [index, file] of files.entries()) {
    if ((await host.fs.stat(file).catch(() => undefined))?.isFile() === true) continue
    throw new UserError('FILE_NOT_FOUND', message`${option('kernel', reference.paths[index])}: there is no such file.`, {
      hint: 'Check the path.',
    })
  }
  const label = files.map((file) => file.replace(/^.*\//, '')).join(' and ')
  const digests = await Promise.all(files.map((file) => host.sha256File(file)))
  const { entry } = await obtain(store, digests, signal, (directory) =>
    withTask(host, { title: `unpack ${label}` }, async () => {
      await unpackDebs(host, { files, directory, signal })
      const packages = files.map((file, index) => ({ name: file.replace(/^.*\//, ''), version: undefined, sha256: digests[index] ?? '' }))
      await arrangeKernel(host, { arch: undefined, from: join(directory, 'x'), to: directory, origin: { label, packages }, signal })
      await host.fs.rm(join(directory, 'x'), { recursive: true, force: true })
    }),
  )
  return { path: entry.path, shown: label, why: 'unpacked into the store' }
}

/** The kernel that this machine runs, where its files are installed. */
async function hostKernel(host: Host): Promise<PreparedKernel> {
  const { stdout } = await host.run(['uname', '-r'])
  const release = stdout.trim()
  for (const path of [`/boot/vmlinuz-${release}`, `/usr/lib/modules/${release}/vmlinuz`, `/lib/modules/${release}/vmlinuz`]) {
    if (!(await host.fs.exists(path))) continue
    const isReadable = await host.fs.access(path, host.fs.constants.R_OK).then(
      () => true,
      () => false,
    )
    if (isReadable) return { path, shown: path, why: 'the kernel that this machine runs' }
    throw new UserError('ACCESS_DENIED', message`${option('kernel', 'host')}: ${path} may be read by root only.`, {
      hint: `Run \`sudo chmod a+r ${path}\`, or copy it to a file of yours and name that.`,
      details: { path },
    })
  }
  throw new UserError(
    'KERNEL_NOT_FOUND',
    message`${option('kernel', 'host')}: this machine runs ${release}, but has no file of it (looked for /boot/vmlinuz-${release} and vmlinuz in /lib/modules/${release}).`,
    { hint: message`Name a distribution's kernel instead, such as ${option('kernel', 'debian:12/cloud')}.`, details: { release } },
  )
}
