import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import { parseDpkgStatus, workFiles } from '@kernelkit/core/debootstrap'
import type { ImageSpec } from '@kernelkit/core/options'
import { withTask, type Host, type Store } from '@kernelkit/host'
import { readBakeInputs } from './bake-inputs.ts'
import { hostBackend } from '../backend/host-backend.ts'
import { privileged } from '../backend/rights.ts'
import { assembleImage } from './image-file.ts'
import { imageFileName, readManifest, writeManifest, type BakeResult } from './image-manifest.ts'
import type { BakeOptions, ImageJob } from './image-job.ts'
import { imageMaterial } from './image-material.ts'
import { obtainRootfs } from './obtain-rootfs.ts'
import { packOverlays } from './overlay.ts'
import { resolveRelease, type KnownRelease } from './release-memory.ts'
import { rootfsMaterial } from './rootfs.ts'
import { imageSteps, ownMounts } from './steps.ts'

/** Debian packages to a bootable ext4 image, from the store when nothing that shapes it changed. */
export async function bakeImage(host: Host, store: Store, spec: ImageSpec, options: BakeOptions = {}): Promise<BakeResult> {
  const startedMs = host.monotonicMs()
  const { signal, backend = hostBackend(host) } = options
  const inputs = await readBakeInputs(host, spec)
  const tools = await backend.tools(spec)
  await using overlay = await packOverlays(host, { overlays: inputs.overlays, signal })
  const materialOf = (known: KnownRelease): KeyMaterial =>
    imageMaterial({ host, spec, tools, known, inputs, overlayDigest: overlay?.sha256 })

  let known = await resolveRelease(host, store, { spec, tools, backend, ask: false, signal })
  let found = options.force === true ? undefined : await store.lookup('image', store.keyOf(materialOf(known)))
  const seconds = { bootstrap: 0, customize: 0, mkfs: 0 }
  if (found === undefined && (await store.lookup('rootfs', store.keyOf(rootfsMaterial({ spec, tools, known })))) === undefined) {
    // Packages will be fetched: from the suite as it is now, not as it is remembered.
    known = await resolveRelease(host, store, { spec, tools, backend, ask: true, signal })
  }
  host.log.info(`packages ${spec.suite} ${spec.arch.debianArch} from ${known.note}`)
  let cached = found !== undefined
  if (found === undefined) {
    const baked = await store.obtain({
      kind: 'image',
      material: materialOf(known),
      produce: (directory) =>
        produceImage(host, {
          store,
          spec,
          tools,
          known,
          inputs,
          overlay: overlay?.path,
          directory,
          key: store.keyOf(materialOf(known)),
          seconds,
          ...options,
          backend,
        }),
      signal,
      force: options.force,
    })
    found = baked.entry
    cached = baked.cached
  }
  const manifest = await readManifest(host, found)
  return { ...manifest, cached, seconds: { ...seconds, total: (host.monotonicMs() - startedMs) / 1000 } }
}

async function produceImage(host: Host, job: ImageJob): Promise<void> {
  const { spec, tools, backend, known, inputs, overlay, key, seconds, signal } = job
  const rootfs = await obtainRootfs(host, job)
  const canUnshare = await canHaveOwnMounts(job)
  await using work = await backend.open(tools)
  await withTask(host, { title: 'assemble the disk image' }, async (task) => {
    const image = join(job.directory, imageFileName)
    const stages = await assembleImage(host, {
      steps: imageSteps({ spec, tools, known, inputs, overlay, key, work: work.steps, rootfs, canUnshare, image }),
      work,
      sizeBytes: spec.sizeBytes,
      scriptNames: inputs.scripts.map(({ name }) => name),
      onStatus: (status) => task.update(status),
      signal,
    })
    for (const [name, spent] of Object.entries(stages)) seconds[name === 'mkfs' || name === 'done' ? 'mkfs' : 'customize'] += spent
    const packages = parseDpkgStatus(await work.readText(workFiles.status))
    await writeManifest(host, { ...job, image, packages })
  })
}

/** Scripts want mounts; not every root may make them. */
export async function canHaveOwnMounts({ tools, inputs, backend }: Pick<ImageJob, 'tools' | 'inputs' | 'backend'>): Promise<boolean> {
  if (inputs.scripts.length === 0 || tools.privilege === 'user-namespace') return false
  return (await backend.ask(privileged(tools, [...ownMounts.filter((word) => word !== '--kill-child'), 'true']))).exitCode === 0
}
