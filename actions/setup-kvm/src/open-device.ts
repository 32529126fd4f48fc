import { kvmDeviceAccess, type Host } from '@kernelkit/host'

const rulePath = '/etc/udev/rules.d/99-kernelkit-kvm.rules'

/** Opens /dev/kvm for this user alone, only when it is closed; where that cannot be done, the probe says why guests are emulated. */
export async function openDevice(host: Host): Promise<void> {
  const refused = await kvmDeviceAccess(host)
  if (refused === undefined) return host.log.info('/dev/kvm can be opened: nothing to do')
  host.log.info(refused.reason)
  if (refused.code !== 'no-permission') return
  const sudo = await sudoPrefix(host)
  if (sudo === undefined) return host.log.info('sudo is missing or needs a password: /dev/kvm stays closed')
  // A rule, so that it holds when the device is created again; by name, because rules do not take numbers of users.
  if ((await host.which('udevadm')) !== undefined) {
    const user = (await host.run(['id', '-un'])).stdout.trim()
    const rule = `KERNEL=="kvm", OWNER="${user}", GROUP="kvm", MODE="0660", OPTIONS+="static_node=kvm"\n`
    await host.run([...sudo, 'tee', rulePath], { input: rule })
    await host.run([...sudo, 'udevadm', 'control', '--reload-rules'], { reject: false })
    await host.run([...sudo, 'udevadm', 'trigger', '--name-match=kvm'], { reject: false })
    await host.run([...sudo, 'udevadm', 'settle', '--timeout=10'], { reject: false })
    if ((await kvmDeviceAccess(host)) === undefined) return host.log.info(`opened by a rule in ${rulePath}`)
  }
  // In a container udev does not run.
  await host.run([...sudo, 'chown', String(host.uid), '/dev/kvm'], { reject: false })
  const left = await kvmDeviceAccess(host)
  host.log.info(left === undefined ? `opened: /dev/kvm belongs to uid ${host.uid} now` : `still closed: ${left.reason}`)
}

/** How a command becomes root here; `undefined`: it cannot. */
export async function sudoPrefix(host: Host): Promise<readonly string[] | undefined> {
  if (host.uid === 0) return []
  if ((await host.which('sudo')) === undefined) return undefined
  return (await host.run(['sudo', '-n', 'true'], { reject: false })).exitCode === 0 ? ['sudo', '-n'] : undefined
}
