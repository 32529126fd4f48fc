import { join, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { KernelSource } from '@kernelkit/core/options'
import { describeBytes, runSteps, withTask } from '@kernelkit/host'
import { checkKernelTree } from './kernel-tree.ts'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'
import { storedSource, type UnpackSteps } from './stored-source.ts'

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
    stepsIn: (directory) => unpackSteps(context, { source, sha256, directory }),
    unpack: (directory, steps) => unpack(context, { source, directory, steps }),
  })
  async function localChecksum(
    { host: { cwd } }: SourceContext,
    { location, sha256: expected }: KernelSource & { readonly kind: 'tarball' },
  ): Promise<string> {
    const path = resolve(cwd, location)
    const found = await host.sha256File(path).catch((cause: unknown) => {
      throw new UserError('NO_SUCH_SOURCE', `the tarball ${path} cannot be read.`, { hint: 'Check the path.', cause })
    })
    if (expected === undefined || expected === found) return found
    throw new UserError('FETCH_FAILED', `${path} has sha256 ${found}, not ${expected}.`, {
      hint: 'Check the file, which may be damaged, and the checksum, which may be that of another file.',
    })
  }
}

type Tarball = KernelSource & { readonly kind: 'tarball' }

function unpackSteps(
  { host: { cwd } }: SourceContext,
  { source, sha256, directory }: { readonly source: Tarball; readonly sha256: string; readonly directory: string },
): UnpackSteps {
  const download = join(directory, `download${/\.(?:tar\.)?\w+$/.exec(source.location)?.[0] ?? '.tar'}`)
  const tree = join(directory, 'tree')
  return {
    fetch: source.remote ? [{ kind: 'fetch', why: 'fetch the tarball', url: source.location, to: download, sha256 }] : [],
    unpack: [
      { kind: 'mkdir', why: 'room for the kernel tree', path: tree },
      {
        kind: 'run',
        why: 'unpack it',
        argv: [
          'tar',
          '-xf',
          source.remote ? download : resolve(cwd, source.location),
          '--strip-components=1',
          '--no-same-owner',
          '-C',
          tree,
        ],
      },
      {
        kind: 'write',
        why: 'what it is made of',
        path: join(directory, 'manifest.json'),
        content: `${JSON.stringify({ kind: 'source', tarball: source.location, sha256 }, undefined, 2)}\n`,
      },
      ...(source.remote ? [{ kind: 'remove', why: 'the tarball is no longer needed', path: download } as const] : []),
    ],
  }
}

async function unpack(
  { host, signal }: SourceContext,
  { source, directory, steps }: { readonly source: Tarball; readonly directory: string; readonly steps: UnpackSteps },
): Promise<void> {
  await withTask(host, { title: `${source.remote ? 'fetching' : 'unpacking'} ${source.location}` }, async (task) => {
    await runSteps(host, steps.fetch, {
      signal,
      onProgress: (bytes, total) => task.update(describeBytes(bytes, total)),
    })
    task.update('unpacking')
    await runSteps(host, steps.unpack, { endsWithParent: true, signal })
    await checkKernelTree(host, join(directory, 'tree'), { label: source.location })
  })
}
