import { rareArtifact } from './rare-artifact.ts'

/** Everything that finds defects, crashes on request, lockdep's own tests, and of KUnit's own tests those that fault on purpose. */
export const debugConfig: readonly string[] = [
  'minimal',
  'debug',
  'kasan',
  'ubsan',
  'lockdep',
  'lockup',
  'lkdtm',
  'kunit',
  'KUNIT_FAULT_TEST=y',
  'DEBUG_LOCKING_API_SELFTESTS=y',
].flatMap((item) => ['--config', item])

/** Limit of a hook that asks for the debug kernel: a full run with an empty store compiles it. */
export const debugKernelLimitMs = 60 * 60_000

/** Why a test is skipped that needs it. */
export const noDebugKernel =
  'the debug kernel (14 minutes of CPU time) is not in the test store: KERNELKIT_TEST_FULL=1 compiles it; its golden consoles are tested by e2e/real-reports.test.ts'

export interface DebugKernel {
  readonly kernel: string
  readonly vmlinux: string
}

/** Tracepoints, which KASAN's own tests need to see what it reports. */
export const debugTracing: readonly string[] = ['--config', 'ENABLE_DEFAULT_TRACERS=y']

const kunitOwnTests = ['--config', 'KUNIT_TEST=y', '--config', 'KUNIT_EXAMPLE_TEST=y']

/** The debug kernel of the store. A full run compiles it there, the first who asks; otherwise undefined when the store has none. */
export function debugKernel(): Promise<DebugKernel | undefined> {
  return kernelOf([...debugConfig, '--config', 'KASAN_KUNIT_TEST=y', ...debugTracing, ...kunitOwnTests])
}

/** Likewise the kernel of examples/project. */
export function exampleKernel(): Promise<DebugKernel | undefined> {
  return kernelOf([...debugConfig, ...kunitOwnTests])
}

function kernelOf(config: readonly string[]): Promise<DebugKernel | undefined> {
  return rareArtifact<DebugKernel>(['build', 'deb:linux-source-6.12', ...config], 'kernel', debugKernelLimitMs)
}
