import type { Host } from '../host.ts'

/** Names one process for as long as it lives: a PID alone is reused, and means another process in another PID namespace. */
export interface ProcessIdentity {
  readonly bootId: string
  /** Link text of /proc/self/ns/pid, unique among living namespaces (man 7 namespaces). */
  readonly pidNamespace: string
  readonly pid: number
  /** Clock ticks after boot, field 22 of /proc/PID/stat (man 5 proc). */
  readonly startTicks: string
}

/** This boot of the machine; the same in all its containers. */
export async function bootId(host: Pick<Host, 'fs'>): Promise<string> {
  return (await host.fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}

/** This process, `undefined` where /proc does not say. */
export async function ownIdentity(host: Pick<Host, 'fs'>): Promise<ProcessIdentity | undefined> {
  try {
    const pid = Number(await host.fs.readlink('/proc/self'))
    const startTicks = await readStartTicks(host, pid)
    if (startTicks === undefined) return undefined
    return { bootId: await bootId(host), pidNamespace: await host.fs.readlink('/proc/self/ns/pid'), pid, startTicks }
  } catch {
    return undefined
  }
}

/**
 * True only when that process is certainly gone: another boot, or the same PID namespace
 * with no such process. A process of another namespace cannot be judged from here. `self`: {@link ownIdentity}, for those who ask often.
 */
export async function isCertainlyGone(
  host: Pick<Host, 'fs'>,
  other: ProcessIdentity,
  self: Promise<ProcessIdentity | undefined> = ownIdentity(host),
): Promise<boolean> {
  const own = await self
  if (own === undefined) return false
  if (own.bootId !== other.bootId) return true
  if (own.pidNamespace !== other.pidNamespace) return false
  return (await readStartTicks(host, other.pid)) !== other.startTicks
}

/** A JSON value that was read back, checked. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { bootId, pidNamespace, pid, startTicks } = value as Record<string, unknown>
  if (typeof bootId !== 'string' || typeof pidNamespace !== 'string' || typeof pid !== 'number' || typeof startTicks !== 'string')
    return undefined
  return { bootId, pidNamespace, pid, startTicks }
}

async function readStartTicks(host: Pick<Host, 'fs'>, pid: number): Promise<string | undefined> {
  try {
    const stat = await host.fs.readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses and may hold anything; field 3 follows the last ')'.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie holds nothing any more: it only waits for its parent.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
