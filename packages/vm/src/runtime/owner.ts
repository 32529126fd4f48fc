import type { Host } from '@kernelkit/host'

/** A process that cannot be mistaken for a later one with the same number. */
export interface Owner {
  readonly pid: number
  /** Clock ticks since boot when it started (proc(5), stat field 22). */
  readonly startTime: string
  readonly bootId: string
}

export async function describeOwner(pid: number, host: Host): Promise<Owner> {
  return { pid, startTime: (await startTimeOf(pid, host)) ?? '', bootId: await bootId(host) }
}

export async function isOwnerAlive(owner: Owner, host: Host): Promise<boolean> {
  return owner.bootId === (await bootId(host)) && owner.startTime !== '' && owner.startTime === (await startTimeOf(owner.pid, host))
}

async function startTimeOf(pid: number, host: Host): Promise<string | undefined> {
  try {
    const stat = await host.fs.readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in brackets and may hold anything: count from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended.
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

async function bootId(host: Host): Promise<string> {
  return (await host.fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}
