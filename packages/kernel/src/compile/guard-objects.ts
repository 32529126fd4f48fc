import type { Host } from '@kernelkit/host'

// make removes what it was making when it is told to end; nobody does when everything is killed at once.
const suspectSeconds = 30

export interface GuardOptions {
  /** File that is there while make works. */
  readonly marker: string
  readonly build: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Marks a build directory while make works in it. A mark that is there already is of a run that was killed:
 * the newest objects may be cut off while make takes them for finished, so they are removed.
 */
export async function guardObjects<T>(host: Host, options: GuardOptions, work: () => Promise<T>): Promise<T> {
  const { marker, build, signal } = options
  if (await host.fs.exists(marker)) await removeSuspects(host, options)
  await host.fs.writeFile(marker, `${build}\n`)
  try {
    return await work()
  } finally {
    // Not after an interruption: what make did not live to remove is looked for by the next build.
    if (signal?.aborted !== true) await host.fs.rm(marker, { force: true })
  }
}

async function removeSuspects(host: Host, { marker, build }: GuardOptions): Promise<void> {
  const { stdout } = await host.run([
    'find',
    build,
    '-name',
    '.git',
    '-prune',
    '-o',
    '-type',
    'f',
    '(',
    '-name',
    '*.o',
    '-o',
    '-name',
    '*.a',
    '-o',
    '-name',
    'vmlinux*',
    ')',
    '-newer',
    marker,
    '-printf',
    '%T@ %p\\0',
  ])
  const found = stdout
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => ({ time: Number.parseFloat(line), path: line.slice(line.indexOf(' ') + 1) }))
  const newest = Math.max(0, ...found.map((file) => file.time))
  const suspects = found.filter((file) => file.time >= newest - suspectSeconds)
  if (suspects.length > 0) host.log.info(`the last build here was killed: ${suspects.length} objects that may be cut off are made again`)
  for (const { path } of suspects) await host.fs.rm(path, { force: true })
}
