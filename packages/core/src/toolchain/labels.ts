import type { ArchName } from '../arch/index.ts'
import type { ToolchainSpec } from './toolchain.ts'

/** Names of our images: `<repository>:<key>`. */
export const toolchainRepository = 'kernelkit/toolchain'
export const baseRepository = 'kernelkit/base'

/** What an image of ours says of itself. The label `kernelkit` marks all that is ours; containers inherit labels of their image. */
export const imageLabel = {
  /** `toolchain`, `base`, or `files`: a stage that is only copied from, which the classic builder leaves without a name. */
  what: 'kernelkit',
  key: 'kernelkit.key',
  base: 'kernelkit.base',
  compiler: 'kernelkit.compiler',
  suite: 'kernelkit.suite',
  targets: 'kernelkit.targets',
  kind: 'kernelkit.kind',
  packages: 'kernelkit.packages',
} as const

/** Labels that the Dockerfile sets: ours, and those of the OCI image specification (annotations.md). */
export function specLabels(spec: ToolchainSpec, packages: readonly string[]): Readonly<Record<string, string>> {
  const isWhole = spec.kind === 'whole'
  return {
    'org.opencontainers.image.title': isWhole ? 'kernelkit' : 'kernelkit toolchain',
    'org.opencontainers.image.description': isWhole
      ? 'Build a kernel, bake an image, boot it, run a command'
      : 'Compilers and bootstrap tools of kernelkit',
    'org.opencontainers.image.licenses': 'MIT',
    [imageLabel.what]: 'toolchain',
    [imageLabel.kind]: spec.kind,
    [imageLabel.suite]: spec.suite,
    [imageLabel.compiler]: spec.compiler,
    [imageLabel.targets]: spec.targets.join(' '),
    [imageLabel.packages]: packages.join(' '),
  }
}

/** Labels that are known when the image is made. */
export function madeLabels({ key, base }: { readonly key: string; readonly base: string }): Readonly<Record<string, string>> {
  const registry = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(base)
  return {
    [imageLabel.key]: key,
    [imageLabel.base]: base,
    ...(registry === null
      ? {}
      : {
          'org.opencontainers.image.base.name': registry[1] ?? '',
          'org.opencontainers.image.base.digest': registry[2] ?? '',
        }),
  }
}

/** What the labels of a toolchain image say. */
export interface LabelledToolchain {
  readonly key: string
  readonly base: string
  readonly spec: ToolchainSpec
  readonly packages: readonly string[]
}

/** Read {@link specLabels} and {@link madeLabels} back; `undefined` for other images. */
export function readLabels(labels: Readonly<Record<string, string>>, knownTargets: readonly ArchName[]): LabelledToolchain | undefined {
  const text = (name: string): string => labels[name] ?? ''
  const kind = text(imageLabel.kind)
  const key = text(imageLabel.key)
  if (text(imageLabel.what) !== 'toolchain' || key === '' || (kind !== 'build' && kind !== 'whole')) return undefined
  const targets = words(text(imageLabel.targets))
  return {
    key,
    base: text(imageLabel.base),
    spec: {
      compiler: text(imageLabel.compiler),
      suite: text(imageLabel.suite),
      targets: knownTargets.filter((name) => targets.includes(name)),
      kind,
    },
    packages: words(text(imageLabel.packages)),
  }
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '')
}
