import { join } from 'node:path'
import { parseArch } from '@kernelkit/core/arch'
import { findProject, recordProject, type Host, type Store } from '@kernelkit/host'
import type { KernelBuild } from './build-kernel.ts'

/** `boot` and `run` find the kernel from the project that it was built in, and from the tree that it was built of. */
export async function recordBuild(host: Host, store: Store, { folder, manifest }: Pick<KernelBuild, 'folder' | 'manifest'>): Promise<void> {
  const { userTree } = manifest.source
  const projects = new Set([await findProject(host)])
  if (userTree !== undefined) projects.add(await findProject({ fs: host.fs, cwd: userTree }))
  const [arch, kernel] = [parseArch(manifest.arch).name, join(folder, 'manifest.json')]
  for (const project of projects) await recordProject(host, store, { project, arch, kernel })
}
