import { join, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { KernelSource } from '@kernelkit/core/options'
import { fetchFile, withTask } from '@kernelkit/host'
import { checkKernelTree } from './kernel-tree.ts'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'
import { storedSource } from './stored-source.ts'

/** A tarball: its checksum is its content. */
export async function prepareTarballSource(
  context: SourceContext,
  source: KernelSource & { readonly kind: 'tarball' },
): Promise<PreparedSource> {
  const { host } = context
  const sha256 = source.remote && source.sha256 !== undefined ? source.sha256 : await localChecksum(context, source)
  return storedSource(context, {
    label: `${source.location} (sha256 ${sha256.slice(0, 12)})`,
    identity: `tarball-${sha256.slice(0, 16)}`,
    content: `tarball ${sha256}`,
    material: [
      ['recipe', '1'],
      ['tarball', sha256],
    ],
    unpack: (folder) => unpack(context, { source, sha256, folder }),
  })
  async function localChecksum(
    { host: { cwd } }: SourceContext,
    { location, sha256: expected }: KernelSource & { readonly kind: 'tarball' },
  ): Promise<string> {
    const path = resolve(cwd, location)
    const found = await host.sha256File(path).catch((cause: unknown) => {
      throw new UserError('NO_SUCH_SOURCE', `the tarball ${path} cannot be read.`, { hint: 'check the path.', cause })
    })
    if (expected === undefined || expected === found) return found
    throw new UserError('FETCH_FAILED', `${path} has sha256 ${found}, not ${expected}.`, {
      hint: 'the file is damaged, or the checksum belongs to another one.',
    })
  }
}

async function unpack(
  { host, store, signal }: SourceContext,
  options: { readonly source: KernelSource & { readonly kind: 'tarball' }; readonly sha256: string; readonly folder: string },
): Promise<void> {
  const { source, sha256, folder } = options
  const download = join(await store.workFolder('downloads'), `${sha256}${/\.(?:tar\.)?\w+$/.exec(source.location)?.[0] ?? '.tar'}`)
  await withTask(host, { title: `${source.remote ? 'fetching' : 'unpacking'} ${source.location}` }, async (task) => {
    const tarball = source.remote ? download : resolve(host.cwd, source.location)
    if (source.remote) {
      await fetchFile(host, {
        url: source.location,
        to: download,
        sha256,
        signal,
        onProgress: (bytes, total) =>
          task.update(`${Math.round(bytes / 2 ** 20)}${total === undefined ? '' : ` of ${Math.round(total / 2 ** 20)}`} MiB`),
      })
    }
    task.update('unpacking')
    const tree = join(folder, 'tree')
    await host.fs.mkdir(tree)
    await host.run(['tar', '-xf', tarball, '--strip-components=1', '--no-same-owner', '-C', tree], {
      endsWithParent: true,
      signal,
    })
    await checkKernelTree(host, tree, { label: source.location })
    await host.fs.writeFile(
      join(folder, 'manifest.json'),
      `${JSON.stringify({ kind: 'source', tarball: source.location, sha256 }, undefined, 2)}\n`,
    )
    await host.fs.rm(download, { force: true })
  })
}
