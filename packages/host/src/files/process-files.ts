import * as fsPromises from 'node:fs/promises'

/**
 * A link in a checkout may lead to `/proc/self/environ`, and what is read of it into a log or to a guest. What is named as a file of a process
 * is read, what only leads there is not: it fails as a link that cannot be followed (ELOOP).
 */
export async function refuseProcessFile(path: unknown): Promise<void> {
  if (typeof path !== 'string' || path.startsWith('/proc/')) return
  // Pipes and sockets that /dev/stdin leads to have no path.
  const real = await fsPromises.realpath(path).catch(() => undefined)
  if (real?.startsWith('/proc/') !== true) return
  throw Object.assign(new Error(`ELOOP: a link leads to a file of a process, ${real}, open '${path}'`), { code: 'ELOOP', path })
}
