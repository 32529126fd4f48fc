import { join } from 'node:path'
import { ext4Environment, uuidFromKey, workFiles, type BakeTools } from '@kernelkit/core/debootstrap'
import type { Plan, Step } from '@kernelkit/core/plan'
import type { ImageSpec } from '@kernelkit/core/options'
import type { Host, Store } from '@kernelkit/host'
import { readBakeInputs } from './bake-inputs.ts'
import { hostBackend } from '../backend/host-backend.ts'
import { assembleCommand } from './image-file.ts'
import type { BakeOptions } from './image-job.ts'
import { imageFileName } from './image-manifest.ts'
import { assembleText, imageMaterial } from './image-material.ts'
import { packOverlays } from './overlay.ts'
import { resolveRelease } from './release-memory.ts'
import { bootstrapCommand } from './rootfs.ts'

export interface BakePlan {
  readonly plan: Plan
  readonly tools: BakeTools
  readonly from: string
  /** What a bake now would answer with, when the store has it. */
  readonly image: string | undefined
}

/** What `bakeImage` would do, command by command; nothing is made. */
export async function planBake(
  host: Host,
  store: Store,
  spec: ImageSpec,
  { signal, backend = hostBackend(host) }: Pick<BakeOptions, 'signal' | 'backend'> = {},
): Promise<BakePlan> {
  const inputs = await readBakeInputs(host, spec)
  const tools = await backend.tools(spec)
  const known = await resolveRelease(host, store, { spec, tools, backend, ask: false, remember: false, signal })
  await using overlay = await packOverlays(host, { overlays: inputs.overlays, signal })
  const key = store.keyOf(imageMaterial({ host, spec, tools, known, inputs, overlayDigest: overlay?.sha256 }))
  const found = await store.lookup('image', key)
  // Made per run; the name is a random one.
  const work = { path: backend.folderPattern }
  const image = `${work.path}/${workFiles.image}`
  const script = assembleText({ spec, known, inputs, overlay: overlay !== undefined, uuid: uuidFromKey(key) })
  const steps: Step[] = [
    {
      kind: 'run',
      why: `fetch and unpack ${spec.suite} with ${tools.tool}`,
      argv: bootstrapCommand({ spec, tools, known, aptOptions: await backend.aptOptions(), work }),
    },
    { kind: 'run', why: 'a sparse file', argv: ['truncate', '-s', String(spec.sizeBytes), image] },
    {
      kind: 'run',
      why: 'unpack, customise, fill the ext4 image: no loop device, no mount of it',
      argv: assembleCommand({ script, work, tools, scriptNames: spec.customize }, tools.privilege !== 'user-namespace'),
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
  return { plan: { title, steps }, tools, from: known.note, image: found === undefined ? undefined : join(found.path, imageFileName) }
}
