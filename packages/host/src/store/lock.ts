import { join } from 'node:path'
import type { Host } from '../host.ts'
import { isCertainlyGone, ownIdentity, parseIdentity, type ProcessIdentity } from '../process/process-identity.ts'

// A lock without a heartbeat for this long belongs to a killed run (for example of a container, whose processes we cannot see).
const staleMs = 20_000
const heartbeatMs = 4_000
const pollMs = 100

export interface LockOptions {
  readonly directory: string
  readonly name: string
  readonly signal?: AbortSignal | undefined
  /** Logged once when another run holds the lock: "waiting for X". */
  readonly waitingFor?: string
}

/** Run `work` while holding the lock `name`: a lock directory with a heartbeat, which works across containers that share the directory. */
export async function withLock<T>(host: Host, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const release = await acquire(host, options)
  try {
    return await work()
  } finally {
    await release()
  }
}

/** True while some run holds the lock. */
export async function isLocked(host: Host, options: Pick<LockOptions, 'directory' | 'name'>): Promise<boolean> {
  const paths = lockPaths(options)
  try {
    const { mtimeMs } = await host.fs.stat(paths.lock)
    if (host.now() - mtimeMs > staleMs) return false
  } catch {
    return false
  }
  const owner = await readOwner(host, paths.owner)
  return owner === undefined || !(await isCertainlyGone(host, owner.identity))
}

async function acquire(host: Host, options: LockOptions): Promise<() => Promise<void>> {
  // Loaded only to lock: a run that finds everything in the store does not need it.
  const { lock } = await import('proper-lockfile')
  const paths = lockPaths(options)
  await host.fs.mkdir(options.directory, { recursive: true })
  let reported = false
  for (;;) {
    options.signal?.throwIfAborted()
    try {
      const release = await lock(paths.name, {
        lockfilePath: paths.lock,
        realpath: false,
        stale: staleMs,
        update: heartbeatMs,
        onCompromised: () =>
          host.log.warn(`the lock ${paths.lock} was taken over by another run: this one was stopped for more than ${staleMs / 1000} s.`),
      })
      // Only shortens the wait of the next run after a SIGKILL: it may fail on a full disk.
      await host.fs.writeFile(paths.owner, JSON.stringify(await ownIdentity(host)) ?? '').catch(() => {})
      return async () => {
        await host.fs.rm(paths.owner, { force: true })
        // Fails only when the lock was taken over, which was logged when it happened.
        await release().catch(() => {})
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error
    }
    if (await removeLockOfKilledRun(host, paths)) continue
    if (!reported) {
      const owner = await readOwner(host, paths.owner)
      host.log.info(
        `waiting for ${options.waitingFor ?? `the lock '${options.name}'`}, held by another run${owner === undefined ? '' : ` (pid ${owner.identity.pid})`}`,
      )
      reported = true
    }
    await host.sleep(pollMs, options.signal)
  }
}

/** Without this, the next run after a SIGKILL would wait until the heartbeat is stale. Renaming the owner's file decides which waiter may remove the lock. */
async function removeLockOfKilledRun(host: Host, paths: LockPaths): Promise<boolean> {
  const owner = await readOwner(host, paths.owner)
  if (owner === undefined || !(await isCertainlyGone(host, owner.identity))) return false
  const claim = `${paths.owner}.${host.randomHex(4)}`
  try {
    await host.fs.rename(paths.owner, claim)
    const isStillThatOne = (await host.fs.readFile(claim, 'utf8')) === owner.text
    if (!isStillThatOne) {
      await host.fs.rename(claim, paths.owner)
      return false
    }
    await host.fs.rmdir(paths.lock)
    await host.fs.rm(claim, { force: true })
    return true
  } catch {
    await host.fs.rm(claim, { force: true })
    return false
  }
}

async function readOwner(host: Host, path: string): Promise<{ readonly text: string; readonly identity: ProcessIdentity } | undefined> {
  try {
    const text = await host.fs.readFile(path, 'utf8')
    const identity = parseIdentity(JSON.parse(text))
    return identity === undefined ? undefined : { text, identity }
  } catch {
    return undefined
  }
}

interface LockPaths {
  readonly name: string
  readonly lock: string
  readonly owner: string
}

function lockPaths({ directory, name }: Pick<LockOptions, 'directory' | 'name'>): LockPaths {
  const path = join(directory, name)
  return { name: path, lock: `${path}.lock`, owner: `${path}.owner` }
}
