import type { KeyMaterial } from '../cachekey/index.ts'
import { renderDockerfile } from './dockerfile.ts'
import { toolchainPackages } from './packages.ts'
import type { ToolchainSpec } from './toolchain.ts'

export interface ToolchainKeyOptions {
  readonly spec: ToolchainSpec
  /** `process.arch` of the engine's machine. */
  readonly nodeArch: string
  /** Digest of the command's files; only of the whole tool. */
  readonly files?: string | undefined
}

/** All that shapes a toolchain image but its base, which is a label: an image of any base of the suite does. */
export function toolchainKeyMaterial({ spec, nodeArch, files }: ToolchainKeyOptions): KeyMaterial {
  return [
    ['kind', spec.kind],
    ['machine', nodeArch],
    ['suite', spec.suite],
    ['compiler', spec.compiler],
    [
      'packages',
      toolchainPackages(spec, nodeArch)
        .map(({ name }) => name)
        .join(' '),
    ],
    // Without its comments, which make no image.
    ['recipe', renderDockerfile({ spec, nodeArch }).replaceAll(/^\s*#.*\n/gm, '')],
    ['files', files ?? ''],
  ]
}
