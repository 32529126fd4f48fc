import { join } from 'node:path'
import { parseArch, type ArchName } from '@kernelkit/core/arch'
import { UserError, message, option } from '@kernelkit/core/errors'
import { renderKernelReference, type KernelReference } from '@kernelkit/core/kernels'
import type { ArchivePackage } from '@kernelkit/core/packages'
import {
  showGrowth,
  debRequirements,
  distributionKernelRequirements,
  imageKernelRequirements,
  requireAll,
  rpmRequirements,
  withTask,
  type Host,
  type Requirement,
  type Store,
  type Task,
} from '@kernelkit/host'
import { fetchPackage } from '@kernelkit/host/archives'
import { findPackages } from './find-packages.ts'
import { hostKernel } from './host-kernel.ts'
import { prepareFiles } from './prepare-files.ts'
import { prepareImage } from './prepare-image.ts'
import { arrangeIn, obtainKernel, type PreparedKernel } from './store-kernel.ts'
import { unpackDebs } from './unpack-debs.ts'

/** A kernel that has to be fetched or unpacked before it boots. */
export type PackagedKernel = Exclude<KernelReference, { readonly kind: 'path' }>

export interface PrepareKernelInput {
  readonly arch: ArchName
  readonly mirror: string | undefined
  /** The debug symbols of an archive's kernel too. */
  readonly symbols: boolean
  readonly signal?: AbortSignal | undefined
}

/** Fetches and unpacks what a reference names, once; nothing is installed and no right of root is needed. */
export async function prepareKernel(
  host: Host,
  store: Store,
  reference: PackagedKernel,
  input: PrepareKernelInput,
): Promise<PreparedKernel> {
  if (input.symbols) refuseSymbols(reference)
  await requireAll(host, requirementsOf(reference), { user: "a distribution's kernel" })
  switch (reference.kind) {
    case 'distribution':
    case 'deb':
      return prepareArchiveKernel(host, store, reference, input)
    case 'package-files':
      return prepareFiles(host, store, reference, input)
    case 'oci':
      return prepareImage(host, store, reference, input)
    case 'host':
      return hostKernel(host)
    case 'addresses':
    case 'rpm':
    case 'mainline':
    case 'koji':
      return (await import('./remote/prepare-remote.ts')).prepareRemote(host, store, reference, input)
  }
}

/** Only archives have the package with them under a name that is known. */
function refuseSymbols(reference: PackagedKernel): void {
  if (reference.kind === 'distribution' || reference.kind === 'deb') return
  throw new UserError(
    'BAD_OPTION',
    message`${option('symbols')} is for kernels of an archive, not for ${option('kernel', renderKernelReference(reference))}.`,
    {
      hint: 'Name the package with the debug symbols after the others, with a comma between them, or leave the option out.',
    },
  )
}

function requirementsOf(reference: PackagedKernel): readonly Requirement[] {
  switch (reference.kind) {
    case 'host':
      return []
    case 'oci':
      return imageKernelRequirements
    case 'distribution':
    case 'deb':
      return distributionKernelRequirements
    case 'package-files':
    case 'addresses':
      return reference.format === 'rpm' ? rpmRequirements : debRequirements
    case 'mainline':
      return debRequirements
    case 'rpm':
    case 'koji':
      return rpmRequirements
  }
}

async function prepareArchiveKernel(
  host: Host,
  store: Store,
  reference: Extract<PackagedKernel, { readonly kind: 'deb' | 'distribution' }>,
  { arch: archName, mirror, symbols, signal }: PrepareKernelInput,
): Promise<PreparedKernel> {
  const arch = parseArch(archName)
  const { packages, suite } = await findPackages(host, store, reference, { arch, mirror, symbols, signal })
  const label = renderKernelReference(reference)
  const megabytes = Math.ceil(packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6)
  const main = packages.find(({ name }) => name.startsWith('linux-image-'))
  const title = `${main?.name ?? label} ${main?.version ?? ''}`
  const { entry } = await obtainKernel(
    store,
    packages.map(({ sha256 }) => sha256),
    signal,
    (directory) =>
      withTask(host, { title: `fetch ${title}, ${megabytes} MB` }, async (task) => {
        const files: string[] = []
        const total = packages.reduce((sum, { bytes }) => sum + bytes, 0)
        let before = 0
        for (const one of packages) {
          const to = join(await store.workDirectory('downloads', 'kernels'), one.path.replace(/^.*\//, ''))
          await fetchOnce(host, { one, to, before, total, task, signal })
          before += one.bytes
          files.push(to)
        }
        task.update('unpacking')
        await unpackDebs(host, { files, directory, signal })
        await arrangeIn(host, directory, { arch, origin: { label, packages: packages.map(originOf) }, signal })
      }),
  )
  return { path: entry.path, shown: label, why: `${title} of ${suite}` }
}

function originOf({ name, version, sha256 }: ArchivePackage): { readonly name: string; readonly version: string; readonly sha256: string } {
  return { name, version, sha256 }
}

interface FetchOnce {
  readonly one: ArchivePackage
  readonly to: string
  /** Bytes of the packages before it, and of all. */
  readonly before: number
  readonly total: number
  readonly task: Task
  readonly signal?: AbortSignal | undefined
}

/** A package that was fetched before, in whole, is not fetched again. */
async function fetchOnce(host: Host, { one, to, before, total, task, signal }: FetchOnce): Promise<void> {
  if ((await host.fs.exists(to)) && (await host.sha256File(to)) === one.sha256) return
  const temporary = `${to}.${host.randomHex(4)}.tmp`
  try {
    await showGrowth(host, { path: temporary, before, total, task }, () => fetchPackage(host, { one, to: temporary, signal }))
    await host.fs.rename(temporary, to)
  } finally {
    await host.fs.rm(temporary, { force: true })
  }
}
