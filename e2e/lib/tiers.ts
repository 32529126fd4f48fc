declare module 'vitest' {
  interface TaskMeta {
    /** Why the full tier alone runs a test, or all tests of a group. */
    onlyFull?: string
  }
}

/** KERNELKIT_TEST_FULL=1: everything (CONTRIBUTING.md). */
export function isFullRun(): boolean {
  const full = process.env['KERNELKIT_TEST_FULL'] ?? ''
  if (full === '' || full === '0') return false
  if (full === '1') return true
  throw new Error(`KERNELKIT_TEST_FULL=${full}: it is 1 or not set`)
}

/** Options of a test, or of a group of tests, that the full tier alone runs. `why`: what it costs, or what shows the same in every run. */
export function onlyFull(why: string): { readonly skip: boolean; readonly meta: { readonly onlyFull: string } } {
  return { skip: !isFullRun(), meta: { onlyFull: why } }
}
