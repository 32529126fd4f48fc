import type { CustomisationStep } from '../customisation-step.ts'
import { unitDirectory } from './unit-directory.ts'

/** A fixed name, and the network that QEMU's user mode offers. */
export function networkSteps(hostname: string): readonly CustomisationStep[] {
  return [
    { kind: 'write', why: 'a fixed name: the bootstrap copies the one of the host', path: '/etc/hostname', content: `${hostname}\n` },
    {
      kind: 'write',
      why: 'the name resolves without a name server',
      path: '/etc/hosts',
      content: `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`,
    },
    { kind: 'remove', why: 'may be a link, and holds what the host uses', patterns: ['/etc/resolv.conf'] },
    // QEMU documentation, "Using the user mode network stack".
    { kind: 'write', why: "the name server of QEMU's user network", path: '/etc/resolv.conf', content: 'nameserver 10.0.2.3\n' },
    {
      kind: 'link',
      why: 'the first Ethernet stays eth0 (systemd.link(5)), whatever its slot or MAC',
      path: '/etc/systemd/network/99-default.link',
      target: '/dev/null',
    },
    {
      kind: 'write',
      why: 'DHCP on every Ethernet; an address that the kernel got by ip= stays (systemd.network(5))',
      path: '/etc/systemd/network/80-kernelkit.network',
      content:
        '[Match]\nType=ether\n\n[Network]\nDHCP=yes\nKeepConfiguration=static\n\n[DHCPv4]\n# The same lease whatever the machine id.\nClientIdentifier=mac\n',
    },
    {
      kind: 'link',
      why: 'systemd-networkd does the DHCP',
      path: `${unitDirectory}/multi-user.target.wants/systemd-networkd.service`,
      target: '/lib/systemd/system/systemd-networkd.service',
    },
    {
      kind: 'link',
      why: 'systemd-networkd hears of new links',
      path: `${unitDirectory}/sockets.target.wants/systemd-networkd.socket`,
      target: '/lib/systemd/system/systemd-networkd.socket',
    },
    {
      kind: 'link',
      why: 'nothing waits for the network to be up',
      path: `${unitDirectory}/systemd-networkd-wait-online.service`,
      target: '/dev/null',
    },
  ]
}
