import type { Host } from '../host.ts'
import { rootRemedy } from '../process/root-command.ts'

const device = '/dev/kvm'

export interface KvmRefusal {
  readonly code: 'no-device' | 'no-permission'
  readonly reason: string
}

/** Why /dev/kvm cannot be opened, `undefined` when it can. */
export async function kvmDeviceAccess(host: Pick<Host, 'fs' | 'uid' | 'run' | 'which'>): Promise<KvmRefusal | undefined> {
  try {
    await (await host.fs.open(device, 'r+')).close()
    return undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      return {
        code: 'no-device',
        reason: `there is no ${device} (no virtualisation here, or the module kvm_intel or kvm_amd is not loaded)`,
      }
    if (code === 'EACCES' || code === 'EPERM') return { code: 'no-permission', reason: await describeRefusal(host) }
    // ENODEV, ENXIO: a node without a driver, as in containers.
    return { code: 'no-device', reason: `${device} exists, but no driver serves it (${message})` }
  }
}

async function describeRefusal(host: Pick<Host, 'fs' | 'uid' | 'run' | 'which'>): Promise<string> {
  const { gid, mode } = await host.fs.stat(device)
  const group = groupName(await host.fs.readFile('/etc/group', 'utf8').catch(() => ''), gid)
  const refused = `${device} exists, but uid ${host.uid} may not open it`
  const groupMay = (mode & 0o060) === 0o060
  if (gid === 0 || !groupMay) {
    return `${refused}: it belongs to ${group} alone; a udev rule opens it: KERNEL=="kvm", GROUP="kvm", MODE="0666", OPTIONS+="static_node=kvm"`
  }
  const user = (await host.run(['id', '-un'], { reject: false })).stdout.trim() || String(host.uid)
  return `${refused}: group ${group} may (${await rootRemedy(host, `usermod -aG ${group} ${user}`)}, then log in again)`
}

/** The name of a group id in the text of /etc/group (man 5 group). */
export function groupName(text: string, gid: number): string {
  const line = text.split('\n').find((one) => one.split(':')[2] === String(gid))
  return line?.split(':')[0] ?? `gid ${gid}`
}
