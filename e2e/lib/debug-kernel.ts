import { kernelkit } from './kernelkit.ts'

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

/** Limit of a hook that asks for the debug kernel: an empty store compiles it. */
export const debugKernelLimitMs = 60 * 60_000

/** The debug kernel of the store, compiled there by the first who asks. */
export async function debugKernel(): Promise<{ readonly kernel: string; readonly vmlinux: string }> {
  const kunit = ['--config', 'KUNIT_TEST=y', '--config', 'KUNIT_EXAMPLE_TEST=y']
  const words = ['build', 'deb:linux-source-6.12', ...debugConfig, ...kunit, '--json']
  const { exitCode, stdout, stderr } = await kernelkit(words, { timeoutMs: debugKernelLimitMs })
  if (exitCode !== 0) throw new Error(`the debug kernel: kernelkit ${words.join(' ')} ended with ${String(exitCode)}:\n${stderr}`)
  return JSON.parse(stdout) as { kernel: string; vmlinux: string }
}
