import { kernelkit } from './kernelkit.ts'
import { isFullRun } from './tiers.ts'

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

async function kernelOf(config: readonly string[]): Promise<DebugKernel | undefined> {
  const words = ['build', 'deb:linux-source-6.12', ...config, '--json']
  if (!isFullRun() && !(await answer<{ cached: boolean }>([...words, '--dry-run'])).cached) return undefined
  return answer<DebugKernel>(words)
}

async function answer<T>(args: readonly string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await kernelkit(args, { timeoutMs: debugKernelLimitMs })
  if (exitCode !== 0) throw new Error(`the debug kernel: kernelkit ${args.join(' ')} exited with status ${String(exitCode)}:\n${stderr}`)
  return JSON.parse(stdout) as T
}
