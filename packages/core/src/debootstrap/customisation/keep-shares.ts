import type { CustomisationStep } from '../customisation-step.ts'
import { unitDirectory } from './unit-directory.ts'

/** What is shared with the guest is mounted before its init starts, and stays to be seen. */
export const keepShares: readonly CustomisationStep[] = [
  {
    kind: 'link',
    why: 'masked: memory mounted over /tmp (trixie and newer) would cover the shares below it; /tmp lies on the disk',
    path: `${unitDirectory}/tmp.mount`,
    target: '/dev/null',
  },
]
