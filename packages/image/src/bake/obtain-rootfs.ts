import { join } from 'node:path'
import { workFiles } from '@kernelkit/core/debootstrap'
import { withTask, type Host } from '@kernelkit/host'
import type { ImageJob } from './image-job.ts'
import { bootstrap, rootfsMaterial } from './rootfs.ts'

/** The suite's packages as an archive, a store entry of its own: another size, key or script does not fetch them again. */
export async function obtainRootfs(host: Host, { store, spec, tools, backend, known, seconds, signal, force }: ImageJob): Promise<string> {
  const startedMs = host.monotonicMs()
  const { entry, cached } = await store.obtain({
    kind: 'rootfs',
    material: rootfsMaterial({ spec, tools, known }),
    produce: (folder) =>
      withTask(host, { title: `bootstrap ${spec.suite} ${spec.arch.debianArch}` }, async (task) => {
        backend.checkMirror(known.uri)
        await using work = await backend.open(tools)
        await bootstrap(host, {
          spec,
          tools,
          known,
          aptOptions: await backend.aptOptions(),
          work,
          onStatus: (status) => task.update(status),
          signal,
        })
        await work.takeFile({ name: workFiles.rootfs, to: join(folder, workFiles.rootfs), signal })
      }),
    signal,
    force,
  })
  if (cached) host.log.info('packages: unpacked already, from the store')
  else seconds.bootstrap = (host.monotonicMs() - startedMs) / 1000
  return join(entry.path, workFiles.rootfs)
}
