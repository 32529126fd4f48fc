import { virtioBus, type Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** User-mode network: 10.0.2.0/24, host 10.0.2.2, name server 10.0.2.3, no privilege needed. */
export function networkArgs(launch: Pick<QemuLaunch, 'machine' | 'network'>): Argv {
  const network = launch.network
  if (network.kind === 'none') return []
  const forwards = network.forwards.map(
    (forward) => `,hostfwd=${forward.protocol}:${forward.address}:${forward.hostPort}-:${forward.guestPort}`,
  )
  // romfile=: no network boot, and no need for the ROM's package on the host. virtio-mmio devices have none.
  const rom = virtioBus(launch) === 'pci' ? ',romfile=' : ''
  return [
    ['-netdev', `user,id=net${forwards.join('')}`],
    ['-device', `virtio-net-${virtioBus(launch)},netdev=net,mac=${network.mac}${rom}`],
  ].flat()
}
