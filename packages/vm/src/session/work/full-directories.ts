import type { QemuLaunch } from '@kernelkit/core/qemu'
import { freeBytes, type Host } from '@kernelkit/host'

/** What the last page of a file that is cut may leave free, and a few blocks more. */
const nothingBytes = 64 * 1024

/**
 * Directories that a guest could write and that have no room left at its end. Where no agent of ours runs, and in the last moment of a guest that
 * powers itself off, nothing else can be known of writes that did not arrive.
 */
export async function fullDirectories(host: Pick<Host, 'fs'>, { shares }: Pick<QemuLaunch, 'shares'>): Promise<readonly string[]> {
  const writable = shares.filter((share) => !share.readonly).map((share) => share.host)
  const free = await Promise.all(writable.map((path) => freeBytes(host, path).catch(() => Infinity)))
  return writable
    .filter((_, index) => (free[index] ?? Infinity) < nothingBytes)
    .map((path) => `no space is left at ${path}: what the guest wrote there last may not have arrived whole`)
}
