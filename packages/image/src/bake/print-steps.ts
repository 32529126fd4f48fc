import { join } from 'node:path'
import { workFiles, type BakeTools } from '@kernelkit/core/debootstrap'
import type { Plan, PlanVariable, Step } from '@kernelkit/core/plan'
import type { ImageSpec } from '@kernelkit/core/options'
import type { Host, Store } from '@kernelkit/host'
import { hostBackend } from '../backend/host-backend.ts'
import { canHaveOwnMounts } from './bake.ts'
import { copyImageSteps, imageTarget } from './copy-image.ts'
import { readBakeInputs } from './bake-inputs.ts'
import type { BakeOptions } from './image-job.ts'
import { imageFileName } from './image-manifest.ts'
import { imageMaterial } from './image-material.ts'
import { packOverlays } from './overlay.ts'
import { resolveRelease } from './release-memory.ts'
import { rootfsMaterial } from './rootfs.ts'
import { imageSteps, overlaySteps, packagesSteps, type StageSteps } from './steps.ts'

export interface BakePlan {
  readonly plan: Plan
  readonly tools: BakeTools
  readonly from: string
  /** The store entry that a bake would return now, if there is one. */
  readonly image: string | undefined
}

/** What `bake --dry-run` prints: the steps that `bakeImage` executes. */
export async function planBake(
  host: Host,
  store: Store,
  spec: ImageSpec,
  {
    signal,
    force,
    out,
    backend = hostBackend(host),
  }: Pick<BakeOptions, 'signal' | 'force' | 'backend'> & { readonly out?: string | undefined } = {},
): Promise<BakePlan> {
  const inputs = await readBakeInputs(host, spec)
  const tools = await backend.tools(spec)
  const known = await resolveRelease(host, store, { spec, tools, backend, ask: false, remember: false, signal })
  await using packed = await packOverlays(host, { overlays: inputs.overlays, signal })
  const key = store.keyOf(imageMaterial({ host, spec, tools, known, inputs, overlayDigest: packed?.sha256 }))
  const found = await store.lookup('image', key)
  const rootfsKey = store.keyOf(rootfsMaterial({ spec, tools, known }))
  const hasPackages = force !== true && (await store.lookup('rootfs', rootfsKey)) !== undefined
  const rootfs = join(store.root, 'rootfs', rootfsKey, workFiles.rootfs)
  const overlays = '/tmp/kernelkit-overlay-XXXXXX'
  const overlay = packed === undefined ? undefined : join(overlays, workFiles.overlay)
  const artifacts = `/tmp/kernelkit-${key.slice(0, 12)}-XXXXXX`
  // Each stage has a work directory of its own.
  const directories = ['packages', 'image'].map((name) => ({ name, ...backend.plannedDirectory() }))
  const [packagesWork, imageWork] = directories.map(({ name, path }) => backend.stepsIn(path.replace('bake-', `${name}-`), tools))
  if (packagesWork === undefined || imageWork === undefined) throw new TypeError('two stages have two work directories')
  const canUnshare = await canHaveOwnMounts({ tools, inputs, backend })
  const image = join(artifacts, imageFileName)
  const target = out === undefined ? undefined : await imageTarget(host, { suite: spec.suite, arch: spec.arch.name }, out)
  const stages: readonly Step[] = [
    ...overlaySteps(inputs.overlays, overlay ?? ''),
    ...(hasPackages
      ? []
      : inWork(packagesWork, packagesSteps({ spec, tools, known, work: packagesWork, aptOptions: await backend.aptOptions(), rootfs }))),
    ...inWork(imageWork, imageSteps({ spec, tools, known, inputs, work: imageWork, rootfs, overlay, key, canUnshare, image })),
    ...(packed === undefined ? [] : [{ kind: 'remove', why: "the overlays' archive is no longer needed", path: overlays } as const]),
    ...(target === undefined ? [] : Object.values(copyImageSteps({ image, target, temporary: `${target}.tmp` })).flat()),
  ]
  const variables: readonly PlanVariable[] = [
    { name: 'store', value: store.root },
    { name: 'rootfs', value: rootfs },
    ...(overlay === undefined ? [] : [{ name: 'overlays', value: overlays, perRun: true } as const]),
    ...directories.map(({ name, path, perRun }) => ({
      name: `${name}_work`,
      value: path.replace('bake-', `${name}-`),
      ...(perRun ? ({ perRun: true } as const) : {}),
    })),
    { name: 'artifacts', value: artifacts, perRun: true },
  ]
  const title =
    found === undefined
      ? `bake ${spec.suite} ${spec.arch.debianArch}`
      : `nothing to do: the store has ${join(found.path, imageFileName)}; it was made by`
  return {
    plan: { title, steps: stages, variables },
    tools,
    from: known.note,
    image: found === undefined ? undefined : join(found.path, imageFileName),
  }
}

function inWork(
  work: { readonly open: readonly Step[]; readonly close: readonly Step[] },
  { before, long, after }: StageSteps,
): readonly Step[] {
  return [...work.open, ...before, long, ...after, ...work.close]
}
