import { hostArch } from '@kernelkit/core/arch'
import { flagOption, parseImageSpec, type ImageSpec, type RawOptions } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'

export interface WantedImage {
  readonly spec: ImageSpec
  readonly force: boolean
}

export function parseWantedImage(host: Pick<Host, 'nodeArch'>, options: RawOptions): WantedImage {
  return { spec: parseImageSpec(options, { hostArch: hostArch(host.nodeArch) }), force: flagOption(options, 'force') }
}
