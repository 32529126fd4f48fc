import type { Arch } from '../arch/index.ts'
import type { CustomisationStep } from './customisation-step.ts'
import { cleanUp } from './customisation/clean-up.ts'
import { consoleLogin } from './customisation/console-login.ts'
import { keepShares } from './customisation/keep-shares.ts'
import { networkSteps } from './customisation/network.ts'
import { packageToolSteps } from './customisation/package-tools.ts'
import { sshServerSteps } from './customisation/ssh-server.ts'
import { trims } from './customisation/trims.ts'

export interface CustomisationOptions {
  readonly arch: Pick<Arch, 'console'>
  readonly hostname: string
  /** `deb` line of the image's own apt, should it be installed. */
  readonly aptSource: string
  /** OpenSSH public keys for root, one per line; empty: none, the image holds no key material. */
  readonly sshKeys: readonly string[]
  /** Leave out what a guest that lives for seconds does not need. */
  readonly trim: boolean
}

/** Everything that makes a Debian root file system a guest of ours, in order. */
export function customisationSteps(options: CustomisationOptions): readonly CustomisationStep[] {
  return [
    ...consoleLogin(options.arch),
    ...keepShares,
    ...networkSteps(options.hostname),
    ...sshServerSteps(options.sshKeys),
    ...(options.trim ? trims : []),
    ...packageToolSteps(options.aptSource),
    ...cleanUp,
  ]
}
