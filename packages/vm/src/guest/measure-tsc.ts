import { join } from 'node:path'
import { nativeArch } from '@kernelkit/core/arch'
import type { Host, Store } from '@kernelkit/host'
import { guestProgram } from './agent-program.ts'

/**
 * Speed of the host's time-stamp counter in kHz, which is what a TCG guest's rdtsc counts: measured, because cpuinfo's
 * MHz is the current core clock. `undefined` on hosts without one. Measured once per boot of the host.
 */
export async function measureTscKhz(host: Host, store: Store): Promise<number | undefined> {
  const arch = nativeArch(host.nodeArch)
  if (arch?.counterProgram === undefined) return undefined
  const bootId = (await host.fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  const cache = join(await store.workDirectory('tsc'), 'khz.json')
  const known = await readCache(cache, host)
  if (known?.bootId === bootId) return known.khz
  // A disturbed measurement is off to either side: the middle of five is not.
  const program = await guestProgram(arch.counterProgram, arch.name, host, store)
  const runs = []
  for (let run = 0; run < 5; run++) runs.push(Number((await host.run([program])).stdout.trim()))
  const khz = runs.toSorted((a, b) => a - b)[2]
  if (khz === undefined || !Number.isSafeInteger(khz) || khz <= 0) return undefined
  await host.fs.writeAtomic(cache, JSON.stringify({ bootId, khz }))
  return khz
}

async function readCache(path: string, host: Host): Promise<{ readonly bootId: unknown; readonly khz: number } | undefined> {
  try {
    const cached: unknown = JSON.parse(await host.fs.readFile(path, 'utf8'))
    if (typeof cached !== 'object' || cached === null || !('bootId' in cached) || !('khz' in cached) || typeof cached.khz !== 'number')
      return undefined
    return { bootId: cached.bootId, khz: cached.khz }
  } catch {
    return undefined
  }
}
