import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import { parseDpkgStatus, uuidFromKey, workFiles } from '@kernelkit/core/debootstrap'
import type { ImageSpec } from '@kernelkit/core/options'
import { withTask, type Host, type Store } from '@kernelkit/host'
import { readBakeInputs } from './bake-inputs.ts'
import { hostBackend } from '../backend/host-backend.ts'
import { assembleImage } from './image-file.ts'
import { imageFileName, readManifest, writeManifest, type BakeResult } from './image-manifest.ts'
import type { BakeOptions, ImageJob } from './image-job.ts'
import { assembleText, imageMaterial } from './image-material.ts'
import { obtainRootfs } from './obtain-rootfs.ts'
import { packOverlays } from './overlay.ts'
import { resolveRelease, type KnownRelease } from './release-memory.ts'
import { rootfsMaterial } from './rootfs.ts'

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
      produce: (folder) =>
        produceImage(host, {
          store,
          spec,
          tools,
          known,
          inputs,
          overlay: overlay?.path,
          folder,
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

async function produceImage(host: Host, options: ImageJob): Promise<void> {
  const { spec, tools, backend, known, inputs, seconds, signal } = options
  const rootfs = await obtainRootfs(host, options)
  await using work = await backend.open(tools)
  await work.putFile({ from: rootfs, name: workFiles.rootfs })
  if (options.overlay !== undefined) await work.putFile({ from: options.overlay, name: workFiles.overlay })
  await work.makeFolder(workFiles.scripts)
  for (const [index, { content }] of inputs.scripts.entries())
    await work.putContent({ content, name: join(workFiles.scripts, String(index)) })
  await withTask(host, { title: 'assemble the disk image' }, async (task) => {
    const stages = await assembleImage(host, {
      script: assembleText({ spec, known, inputs, overlay: options.overlay !== undefined, uuid: uuidFromKey(options.key) }),
      work,
      tools,
      sizeBytes: spec.sizeBytes,
      epoch: known.release.date,
      scriptNames: inputs.scripts.map(({ name }) => name),
      onStatus: (status) => task.update(status),
      signal,
    })
    for (const [name, spent] of Object.entries(stages)) seconds[name === 'mkfs' || name === 'done' ? 'mkfs' : 'customize'] += spent
    const image = join(options.folder, imageFileName)
    await work.takeFile({ name: workFiles.image, to: image, signal })
    await host.fs.chmod(image, 0o644)
    const packages = parseDpkgStatus(await work.readText(workFiles.status))
    await writeManifest(host, { ...options, image, packages })
  })
}
