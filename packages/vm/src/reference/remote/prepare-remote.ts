import { parseArch, type ArchName } from '@kernelkit/core/arch'
import { renderKernelReference, type RemoteKernel } from '@kernelkit/core/kernels'
import { withTask, type Host, type Store } from '@kernelkit/host'
import { unpackPackages } from '../prepare-files.ts'
import { arrangeIn, obtainKernel, type PreparedKernel } from '../store-kernel.ts'
import { fetchToStore } from './fetch-to-store.ts'
import { findRemote } from './find-remote.ts'

/** The kernel in packages of a server, each with the checksum that its list or the reference gives. */
export async function prepareRemote(
  host: Host,
  store: Store,
  reference: RemoteKernel,
  {
    arch: archName,
    mirror,
    signal,
  }: { readonly arch: ArchName; readonly mirror: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<PreparedKernel> {
  const arch = parseArch(archName)
  const { format, files, why } = await findRemote(reference, { host, store, mirror, arch, signal })
  const names = files.map(({ url }) => new URL(url).pathname.replace(/^.*\//, '')).join(' and ')
  const label = reference.kind === 'addresses' ? names : renderKernelReference(reference)
  const digests = files.map(({ sha256 }) => sha256)
  const { entry } = await obtainKernel(store, digests, signal, (directory) =>
    withTask(host, { title: `fetch ${label}${files.length === 1 ? '' : `, ${files.length} packages`}` }, async (task) => {
      const parts: Awaited<ReturnType<typeof fetchToStore>>[] = []
      for (const { url, sha256 } of files) parts.push(await fetchToStore(host, store, { url, sha256, task, signal }))
      task.update('unpacking')
      const packages = await unpackPackages(host, { format, parts, directory, signal })
      await arrangeIn(host, directory, { arch, origin: { label, packages }, signal })
    }),
  )
  return { path: entry.path, shown: label, why }
}
