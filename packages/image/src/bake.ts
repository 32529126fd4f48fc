import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import { parseDpkgStatus, uuidFromKey, workFiles } from '@kernelkit/core/debootstrap'
import type { ImageSpec } from '@kernelkit/core/spec'
import { explaining, withTask, type Host, type Store } from '@kernelkit/host'
import { readBakeInputs } from './bake-inputs.ts'
import { assembleImage } from './image-file.ts'
import { imageFileName, readManifest, writeManifest, type BakeResult } from './image-manifest.ts'
import type { BakeOptions, ImageJob } from './image-job.ts'
import { assembleText, imageMaterial } from './image-material.ts'
import { obtainRootfs } from './obtain-rootfs.ts'
import { packOverlays } from './overlay.ts'
import { prepareMeans } from './prepare-means.ts'
import { knowRelease, type KnownRelease } from './release-memory.ts'
import { rootfsMaterial } from './rootfs.ts'
import { openWorkFolder } from './work-folder.ts'

/** Debian packages to a bootable ext4 image, from the store when nothing that shapes it changed. */
export async function bakeImage(host: Host, store: Store, spec: ImageSpec, options: BakeOptions = {}): Promise<BakeResult> {
  const startedMs = host.monotonicMs()
  const { signal } = options
  const inputs = await readBakeInputs(host, spec)
  const means = await prepareMeans(host, spec)
  await using overlay = await packOverlays(host, { overlays: inputs.overlays, signal })
  const materialOf = (known: KnownRelease): KeyMaterial =>
    imageMaterial({ host, spec, means, known, inputs, overlayDigest: overlay?.sha256 })

  let known = await knowRelease(host, store, { spec, means, ask: false, signal })
  let found = options.force === true ? undefined : await store.lookup('image', store.keyOf(materialOf(known)))
  const seconds = { bootstrap: 0, customize: 0, mkfs: 0 }
  if (found === undefined && (await store.lookup('rootfs', store.keyOf(rootfsMaterial({ spec, means, known })))) === undefined) {
    // Packages will be fetched: from the suite as it is now, not as it is remembered.
    known = await knowRelease(host, store, { spec, means, ask: true, signal })
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
          means,
          known,
          inputs,
          overlay: overlay?.path,
          folder,
          key: store.keyOf(materialOf(known)),
          seconds,
          ...options,
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
  const { spec, means, known, inputs, seconds, signal } = options
  const rootfs = await obtainRootfs(host, options)
  await using work = await openWorkFolder(host, means)
  await explaining(work.path, async () => {
    await host.fs.copyFile(rootfs, join(work.path, workFiles.rootfs))
    await host.fs.chmod(join(work.path, workFiles.rootfs), 0o644)
    if (options.overlay !== undefined) {
      await host.fs.copyFile(options.overlay, join(work.path, workFiles.overlay))
      await host.fs.chmod(join(work.path, workFiles.overlay), 0o644)
    }
    await host.fs.mkdir(join(work.path, workFiles.scripts))
    await host.fs.chmod(join(work.path, workFiles.scripts), 0o755)
    for (const [index, { content }] of inputs.scripts.entries()) {
      await host.fs.writeFile(join(work.path, workFiles.scripts, String(index)), content)
      await host.fs.chmod(join(work.path, workFiles.scripts, String(index)), 0o644)
    }
  })
  await withTask(host, { title: 'assemble the disk image' }, async (task) => {
    const stages = await assembleImage(host, {
      script: assembleText({ spec, known, inputs, overlay: options.overlay !== undefined, uuid: uuidFromKey(options.key) }),
      work: work.path,
      means,
      sizeBytes: spec.sizeBytes,
      epoch: known.release.date,
      scriptNames: inputs.scripts.map(({ name }) => name),
      onStatus: (status) => task.update(status),
      signal,
    })
    for (const [name, spent] of Object.entries(stages)) seconds[name === 'mkfs' || name === 'done' ? 'mkfs' : 'customize'] += spent
    const image = join(options.folder, imageFileName)
    // The temporary folder may lie on another file system; holes stay holes.
    await host.run(['cp', '--sparse=always', '--reflink=auto', join(work.path, workFiles.image), image], { signal })
    await host.fs.chmod(image, 0o644)
    const packages = parseDpkgStatus(await host.fs.readFile(join(work.path, workFiles.status), 'utf8'))
    await writeManifest(host, { ...options, image, packages })
  })
}
