import { join, resolve } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { KernelReference } from '@kernelkit/core/kernels'
import { withTask, type Host, type Store } from '@kernelkit/host'
import { arrangeIn, obtainKernel, type PreparedKernel } from './store-kernel.ts'
import { unpackDebs } from './unpack-debs.ts'
import { readRpmFile, unpackRpm } from './unpack-rpm.ts'
import type { KernelOrigin } from './unpack-kernel.ts'

type PackageFiles = Extract<KernelReference, { readonly kind: 'package-files' }>

/** The kernel in package files, which hold its parts. */
export async function prepareFiles(
  host: Host,
  store: Store,
  reference: PackageFiles,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<PreparedKernel> {
  const files = reference.paths.map((path) => resolve(host.cwd, path))
  for (const [index, file] of files.entries()) {
    const stat = await host.fs.stat(file).catch(() => undefined)
    if (stat?.isFile() === true) continue
    const what = stat === undefined ? 'there is no such file' : 'it is not a regular file'
    throw new UserError('FILE_NOT_FOUND', message`${option('kernel', reference.paths[index])}: ${what}.`, {
      hint: 'Check the path.',
    })
  }
  const label = files.map((file) => file.replace(/^.*\//, '')).join(' and ')
  const digests = await Promise.all(files.map((file) => host.sha256File(file)))
  const { entry } = await obtainKernel(store, digests, signal, (directory) =>
    withTask(host, { title: `unpack ${label}` }, async () => {
      const parts = files.map((file, index) => ({ file, sha256: digests[index] ?? '' }))
      const packages = await unpackPackages(host, { format: reference.format, parts, directory, signal })
      await arrangeIn(host, directory, { arch: undefined, origin: { label, packages }, signal })
    }),
  )
  return { path: entry.path, shown: label, why: 'unpacked into the store' }
}

interface UnpackPackages {
  readonly format: 'deb' | 'rpm'
  readonly parts: readonly { readonly file: string; readonly sha256: string }[]
  /** Of a store entry that is being made; takes them all in `x`. */
  readonly directory: string
  readonly signal?: AbortSignal | undefined
}

/** Unpacks the packages of one kernel, and says what they are. */
export async function unpackPackages(host: Host, { format, parts, directory, signal }: UnpackPackages): Promise<KernelOrigin['packages']> {
  if (format === 'deb') {
    await unpackDebs(host, { files: parts.map(({ file }) => file), directory, signal })
    return parts.map(({ file, sha256 }) => ({ name: file.replace(/^.*\//, ''), version: undefined, sha256 }))
  }
  const packages: KernelOrigin['packages'][number][] = []
  for (const { file, sha256 } of parts) {
    const { name, version } = await readRpmFile(host, file)
    packages.push({ name, version, sha256 })
    await unpackRpm(host, { file, directory: join(directory, 'x'), signal })
  }
  return packages
}
