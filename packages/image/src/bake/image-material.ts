import type { KeyMaterial } from '@kernelkit/core/cachekey'
import { assembleScript, customisationSteps, imageSourceLine, type BakeTools, type CustomisationStep } from '@kernelkit/core/debootstrap'
import type { ImageSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import type { BakeInputs } from './bake-inputs.ts'
import type { KnownRelease } from './release-memory.ts'
import { procMaterial, rootfsMaterial } from './rootfs.ts'

/** All that decides what an image is. */
export interface MaterialOptions {
  readonly host: Host
  readonly spec: ImageSpec
  readonly tools: BakeTools
  readonly known: KnownRelease
  readonly inputs: BakeInputs
  readonly overlayDigest: string | undefined
}

/** All that shapes the image: the packages, each change to them as text, and what was added. */
export function imageMaterial({ host, spec, tools, known, inputs, overlayDigest }: MaterialOptions): KeyMaterial {
  return [
    ['image', '1'],
    ...rootfsMaterial({ spec, tools, known }),
    ['size', String(spec.sizeBytes)],
    ['assemble', host.sha256(assembleText({ spec, known, inputs, overlay: overlayDigest !== undefined, uuid: '' }))],
    ['overlay', overlayDigest ?? ''],
    ['scripts', inputs.scripts.map(({ sha256 }) => sha256).join(' ')],
    ...procMaterial(tools, inputs.scripts.length > 0 && spec.include.length === 0),
  ]
}

/** The customisation of a spec, as data. */
export function customisationOf({
  spec,
  known,
  inputs,
}: Pick<MaterialOptions, 'spec' | 'inputs'> & { readonly known: Pick<KnownRelease, 'uri'> }): readonly CustomisationStep[] {
  return customisationSteps({
    arch: spec.arch,
    hostname: 'kernelkit',
    aptSource: imageSourceLine({ uri: known.uri, suite: spec.suite, components: ['main'] }),
    sshKeys: inputs.sshKeys,
    trim: spec.trim,
  })
}

/** The script that makes the disk image of a spec. */
export function assembleText({
  spec,
  known,
  inputs,
  overlay,
  uuid,
}: Pick<MaterialOptions, 'spec' | 'known' | 'inputs'> & { readonly overlay: boolean; readonly uuid: string }): string {
  return assembleScript({
    customisation: customisationOf({ spec, known, inputs }),
    // Positions, not paths: the same script from another directory is the same image.
    scripts: inputs.scripts.map((_, index) => String(index)),
    overlay,
    epoch: known.release.date,
    uuid,
  })
}
