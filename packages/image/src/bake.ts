import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import {
  assembleScript,
  chooseBakeMeans,
  customisationSteps,
  ext4Environment,
  imageSourceLine,
  parseDpkgStatus,
  renderCustomisation,
  uuidFromKey,
  workFiles,
  type BakeMeans,
  type CustomisationStep,
  type InstalledPackage,
} from '@kernelkit/core/debootstrap'
import type { Plan, Step } from '@kernelkit/core/plan'
import type { ImageSpec } from '@kernelkit/core/spec'
import { allocatedBytes, bakeRequirements, explaining, requireAll, type Host, type Store, type StoreEntry } from '@kernelkit/host'
import { readBakeInputs, type BakeInputs } from './bake-inputs.ts'
import { assembleCommand, assembleImage } from './image-file.ts'
import { packOverlays } from './overlay.ts'
import { aptOptionsOfHost } from './package-source.ts'
import { readBakeFacts } from './rights.ts'
import { knowRelease, type KnownRelease } from './release-memory.ts'
import { bootstrap, bootstrapCommand, rootfsMaterial } from './rootfs.ts'
import { openWorkFolder } from './work-folder.ts'

/** Name of the disk image inside its store entry. */
export const imageFileName = 'root.ext4'

/** What `bake` answers; also, with inputs and versions, the manifest beside the image. */
export interface BakeResult {
  /** Absolute path of the ext4 file in the store. */
  readonly image: string
  readonly manifest: string
  readonly suite: string
  readonly arch: string
  readonly key: string
  readonly cached: boolean
  readonly seconds: BakeSeconds
  readonly bytes: { readonly apparent: number; readonly allocated: number }
  readonly packages: readonly InstalledPackage[]
}

/** Of this answer: zero for what came from the store. */
export interface BakeSeconds {
  readonly bootstrap: number
  readonly customize: number
  readonly mkfs: number
  readonly total: number
}

export interface BakeOptions {
  readonly signal?: AbortSignal | undefined
  /** Bake again although the store has it. */
  readonly force?: boolean | undefined
}

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

/** Tool and rights, said in the log; everything that the host lacks in one error. */
export async function prepareMeans(host: Host, spec: ImageSpec): Promise<BakeMeans> {
  const means = chooseBakeMeans(await readBakeFacts(host))
  // Which bootstrap tool and which rights has just been answered; the list is for the rest.
  const rest = bakeRequirements(host, spec.arch).filter(
    (one) => one.what === 'program' && one.program !== 'newuidmap' && (one.program !== 'arch-test' || means.tool === 'mmdebstrap'),
  )
  await requireAll(host, rest, { command: 'bake' })
  for (const line of means.why) host.log.info(line)
  return means
}

export interface BakePlan {
  readonly plan: Plan
  readonly means: BakeMeans
  readonly from: string
  /** What a bake now would answer with, when the store has it. */
  readonly image: string | undefined
}

/** What {@link bakeImage} would do, command by command; nothing is made. */
export async function planBake(host: Host, store: Store, spec: ImageSpec, { signal }: Pick<BakeOptions, 'signal'> = {}): Promise<BakePlan> {
  const inputs = await readBakeInputs(host, spec)
  const means = await prepareMeans(host, spec)
  const known = await knowRelease(host, store, { spec, means, ask: false, remember: false, signal })
  await using overlay = await packOverlays(host, { overlays: inputs.overlays, signal })
  const key = store.keyOf(imageMaterial({ host, spec, means, known, inputs, overlayDigest: overlay?.sha256 }))
  const found = await store.lookup('image', key)
  // Made per run; the name is a random one.
  const work = '/tmp/kernelkit-bake-XXXXXX'
  const image = `${work}/${workFiles.image}`
  const script = assembleText({ spec, known, inputs, overlay: overlay !== undefined, uuid: uuidFromKey(key) })
  const steps: Step[] = [
    {
      kind: 'run',
      why: `fetch and unpack ${spec.suite} with ${means.tool}`,
      argv: bootstrapCommand({ spec, means, known, aptOptions: await aptOptionsOfHost(host), work }),
      network: true,
    },
    { kind: 'run', why: 'a sparse file', argv: ['truncate', '-s', String(spec.sizeBytes), image] },
    {
      kind: 'run',
      why: 'unpack, customise, fill the ext4 image: no loop device, no mount of it',
      argv: assembleCommand({ script, work, means, scriptNames: spec.customize }, means.privilege !== 'user-namespace'),
    },
    {
      kind: 'run',
      why: 'the same times in every bake',
      argv: ['debugfs', '-w', '-f', `${image}.times`, image],
      env: ext4Environment(known.release.date),
    },
  ]
  const title =
    found === undefined
      ? `bake ${spec.suite} ${spec.arch.debianArch}`
      : `nothing to do: the store has ${join(found.path, imageFileName)}; it was made by`
  return { plan: { title, steps }, means, from: known.note, image: found === undefined ? undefined : join(found.path, imageFileName) }
}

interface MaterialOptions {
  readonly host: Host
  readonly spec: ImageSpec
  readonly means: BakeMeans
  readonly known: KnownRelease
  readonly inputs: BakeInputs
  readonly overlayDigest: string | undefined
}

/** All that shapes the image: the packages, each change to them as text, and what was added. */
function imageMaterial({ host, spec, means, known, inputs, overlayDigest }: MaterialOptions): KeyMaterial {
  return [
    ['image', '1'],
    ...rootfsMaterial({ spec, means, known }),
    ['size', String(spec.sizeBytes)],
    ['assemble', host.sha256(assembleText({ spec, known, inputs, overlay: overlayDigest !== undefined, uuid: '' }))],
    ['overlay', overlayDigest ?? ''],
    ['scripts', inputs.scripts.map(({ content }) => host.sha256(content)).join(' ')],
  ]
}

/** The customisation of a spec, as data. */
function customisationOf({
  spec,
  known,
  inputs,
}: Pick<MaterialOptions, 'spec' | 'inputs'> & { readonly known: Pick<KnownRelease, 'uri'> }): readonly CustomisationStep[] {
  return customisationSteps({
    hostname: 'kernelkit',
    aptSource: imageSourceLine({ uri: known.uri, suite: spec.suite, components: ['main'] }),
    sshKeys: inputs.sshKeys,
    trim: spec.trim,
  })
}

function assembleText({
  spec,
  known,
  inputs,
  overlay,
  uuid,
}: Pick<MaterialOptions, 'spec' | 'known' | 'inputs'> & { readonly overlay: boolean; readonly uuid: string }): string {
  return assembleScript({
    customisation: customisationOf({ spec, known, inputs }),
    // Positions, not paths: the same script from another folder is the same image.
    scripts: inputs.scripts.map((_, index) => String(index)),
    overlay,
    epoch: known.release.date,
    uuid,
  })
}

interface ProduceOptions extends Omit<MaterialOptions, 'host' | 'overlayDigest'>, BakeOptions {
  readonly store: Store
  readonly overlay: string | undefined
  readonly folder: string
  readonly key: string
  readonly seconds: { bootstrap: number; customize: number; mkfs: number }
}

async function produceImage(host: Host, options: ProduceOptions): Promise<void> {
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
  const task = host.log.task(`assemble the disk image`)
  try {
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
    task.done()
  } catch (error) {
    task.fail()
    throw error
  }
}

/** The suite's packages as an archive, a store entry of its own: another size, key or script does not fetch them again. */
async function obtainRootfs(host: Host, { store, spec, means, known, seconds, signal, force }: ProduceOptions): Promise<string> {
  const startedMs = host.monotonicMs()
  const { entry, cached } = await store.obtain({
    kind: 'rootfs',
    material: rootfsMaterial({ spec, means, known }),
    produce: async (folder) => {
      const task = host.log.task(`bootstrap ${spec.suite} ${spec.arch.debianArch}`)
      try {
        await using work = await openWorkFolder(host, means)
        await bootstrap(host, {
          spec,
          means,
          known,
          aptOptions: await aptOptionsOfHost(host),
          work: work.path,
          onStatus: (status) => task.update(status),
          signal,
        })
        await host.run(['cp', join(work.path, workFiles.rootfs), join(folder, workFiles.rootfs)], { signal })
        task.done()
      } catch (error) {
        task.fail()
        throw error
      }
    },
    signal,
    force,
  })
  if (cached) host.log.info('packages: unpacked already, from the store')
  else seconds.bootstrap = (host.monotonicMs() - startedMs) / 1000
  return join(entry.path, workFiles.rootfs)
}

interface Manifest extends Omit<BakeResult, 'cached' | 'seconds' | 'manifest'> {
  readonly seconds: Omit<BakeSeconds, 'total'>
  readonly inputs: Readonly<Record<string, unknown>>
}

async function writeManifest(
  host: Host,
  {
    folder,
    key,
    spec,
    means,
    known,
    inputs,
    seconds,
    image,
    packages,
  }: ProduceOptions & { readonly image: string; readonly packages: readonly InstalledPackage[] },
): Promise<void> {
  // No digest of the whole file: reading 4 GiB of holes would cost as much as all the rest.
  const [apparent, allocated] = [(await host.fs.stat(image)).size, await allocatedBytes(host, image)]
  const manifest: Manifest = {
    image: imageFileName,
    suite: spec.suite,
    arch: spec.arch.name,
    key,
    bytes: { apparent, allocated },
    seconds,
    inputs: {
      mirror: imageSourceLine({ uri: known.uri, suite: spec.suite, components: ['main'] }),
      releaseDigest: known.digest,
      releaseDate: new Date(known.release.date * 1000).toISOString(),
      include: spec.include,
      size: spec.sizeBytes,
      trim: spec.trim,
      sshKeys: inputs.sshKeys.length,
      customize: inputs.scripts.map(({ name, content }) => ({ name, sha256: host.sha256(content) })),
      overlays: inputs.overlays,
      tool: `${means.tool} ${means.toolVersion}`,
      customisation: host.sha256(renderCustomisation(customisationOf({ spec, known, inputs }))),
    },
    packages,
  }
  await host.fs.writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

async function readManifest(host: Host, entry: StoreEntry): Promise<Omit<BakeResult, 'cached' | 'seconds'>> {
  const path = join(entry.path, 'manifest.json')
  const { suite, arch, key, bytes, packages } = JSON.parse(await host.fs.readFile(path, 'utf8')) as Manifest
  return { image: join(entry.path, imageFileName), manifest: path, suite, arch, key, bytes, packages }
}
