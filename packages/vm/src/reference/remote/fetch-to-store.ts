import { join } from 'node:path'
import { describeBytes, fetchFile, type Host, type Store, type Task } from '@kernelkit/host'

// Fedora's modules have 100 MB, Ubuntu's 200 MB.
const mostBytes = 2 ** 31

/** A package file in the store, fetched unless it is there already. Without a checksum it is fetched in any case. */
export async function fetchToStore(
  host: Host,
  store: Store,
  {
    url,
    sha256,
    task,
    signal,
  }: {
    readonly url: string
    readonly sha256?: string | undefined
    readonly task?: Task | undefined
    readonly signal?: AbortSignal | undefined
  },
): Promise<{ readonly file: string; readonly sha256: string }> {
  const name = new URL(url).pathname.replace(/^.*\//, '').replaceAll(/[^\w.+~^-]/g, '_')
  const to = join(await store.workDirectory('downloads', 'kernels'), `${host.sha256(url).slice(0, 8)}-${name}`)
  if (sha256 !== undefined && (await host.fs.exists(to)) && (await host.sha256File(to)) === sha256) return { file: to, sha256 }
  const fetched = await fetchFile(host, {
    url,
    to,
    sha256,
    mostBytes,
    signal,
    onProgress: (bytes, total) => task?.update(describeBytes(bytes, total)),
  })
  return { file: to, sha256: fetched.sha256 }
}
