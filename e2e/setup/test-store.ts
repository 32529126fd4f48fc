import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Below a directory that outlives the clone, so that the next run, also of a fresh clone, takes its kernels and images from there. */
export function testStore(): string {
  const own = process.env['KERNELKIT_TEST_STORE']
  if (own !== undefined && own !== '') return own
  const xdg = process.env['XDG_CACHE_HOME']
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'kernelkit-test')
}
