import type { FinishedRun } from '@kernelkit/vm'

/** What to say of a command that left something in a folder that ended with its guest. */
export function lostArtifacts({ outcome, prepared }: Pick<FinishedRun, 'outcome' | 'prepared'>): string | undefined {
  const { artifacts, keep } = prepared.plan.spec
  if (artifacts !== undefined || keep || outcome.command?.artifacts !== true) return undefined
  return 'what the command left in $KERNELKIT_ARTIFACTS went with the guest: --artifacts DIR keeps it'
}
