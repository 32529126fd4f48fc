/** KERNELKIT_TEST_FULL=1: everything, also what compiles kernels of its own (CONTRIBUTING.md). */
export function isFullRun(): boolean {
  const full = process.env['KERNELKIT_TEST_FULL'] ?? ''
  if (full === '' || full === '0') return false
  if (full === '1') return true
  throw new Error(`KERNELKIT_TEST_FULL=${full}: it is 1 or not set`)
}
