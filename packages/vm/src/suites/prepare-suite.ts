import type { KtapReader } from '@kernelkit/core/ktap'
import type { VmSpec } from '@kernelkit/core/options'
import type { Host, Store } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import type { WantedVm } from '../resolve/resolve-vm.ts'
import { planForDryRun } from '../session/prepare-vm.ts'

/** What a suite makes of a run: its command, and the spec with its directory and its disks. */
export interface PreparedSuite {
  readonly argv: readonly string[]
  readonly spec: VmSpec
  /** Reads what it prints; absent: it prints TAP. */
  readonly reader?: () => KtapReader
}

export interface SuiteContext {
  readonly host: Host
  readonly store: Store
  readonly spec: VmSpec
  /** The VM as it would be without the suite. */
  readonly plan: VmPlan
  readonly signal: AbortSignal
}

export interface SuiteInput {
  readonly host: Host
  readonly store: Store
  readonly wanted: WantedVm
  readonly signal: AbortSignal
}

/** Builds or finds the suite that is asked for, and says what it will miss: all before the boot. */
export async function prepareSuite({ host, store, wanted, signal }: SuiteInput): Promise<PreparedSuite> {
  const { suite, ...rest } = wanted.spec
  if (suite === undefined) throw new TypeError('no suite')
  const spec = { ...rest, suite: undefined }
  const plan = await planForDryRun({ host, store, wanted: { ...wanted, spec }, signal })
  const context: SuiteContext = { host, store, spec, plan, signal }
  if (suite.name === 'kselftest') return (await import('./prepare-kselftest.ts')).prepareKselftest(context, suite.words)
  return (await import('./prepare-found-suite.ts')).prepareFoundSuite(context, { ...suite, name: suite.name })
}
