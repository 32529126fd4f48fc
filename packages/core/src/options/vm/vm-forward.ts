import { UserError, message, option } from '../../errors/index.ts'
import type { Forward, GdbStub } from '../../qemu/index.ts'

/** `[ADDR:]PORT:GUESTPORT[/udp]`; ADDR defaults to this machine only, PORT 0 is a free one. */
export function parseForward(raw: string): Forward {
  const match = /^(?:(\d{1,3}(?:\.\d{1,3}){3}|localhost):)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/.exec(raw)
  const hostPort = Number(match?.[2])
  const guestPort = Number(match?.[3])
  const address = match?.[1] === 'localhost' ? '127.0.0.1' : (match?.[1] ?? '127.0.0.1')
  const validAddress = address.split('.').every((part) => Number(part) <= 255)
  if (match === null || !validAddress || hostPort > 65535 || guestPort < 1 || guestPort > 65535) {
    throw new UserError('BAD_FORWARD', message`${option('forward')} '${raw}' is not [ADDR:]PORT:GUESTPORT[/udp] with ports up to 65535.`, {
      hint: message`Write for instance ${option('forward', '8080:80')}, or 0:22 for a free port.`,
      details: { seen: raw },
    })
  }
  return { protocol: match[4] === 'udp' ? 'udp' : 'tcp', address, hostPort, guestPort }
}

/** One port of the host leads to one place; the gdb stub takes one, too. Throws BAD_FORWARD. */
export function refuseSamePort(forwards: readonly Forward[], gdb: GdbStub | undefined): void {
  const taken = forwards.map((forward) => ({ ...forward, use: `${forward.guestPort} of the guest` }))
  const stub = gdb?.kind === 'tcp' ? [{ protocol: 'tcp', address: '127.0.0.1', hostPort: gdb.port, use: 'the gdb stub' } as const] : []
  const all = [...stub, ...taken]
  for (const [index, one] of all.entries()) {
    const other = all.slice(0, index).find((before) => isSamePort(before, one))
    if (other === undefined) continue
    throw new UserError(
      'BAD_FORWARD',
      `port ${one.hostPort}/${one.protocol} of this host is given twice: for ${other.use} and for ${one.use}.`,
      {
        hint: message`Choose another port for one of them, or 0 for a free one: ${option('forward', '0:80')}.`,
        details: { port: one.hostPort, address: one.address },
      },
    )
  }
}

type HostPort = Pick<Forward, 'protocol' | 'address' | 'hostPort'>

function isSamePort(a: HostPort, b: HostPort): boolean {
  const sameAddress = a.address === b.address || a.address === '0.0.0.0' || b.address === '0.0.0.0'
  return a.hostPort !== 0 && a.hostPort === b.hostPort && a.protocol === b.protocol && sameAddress
}
