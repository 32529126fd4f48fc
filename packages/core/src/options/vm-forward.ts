import { UserError, message, option } from '../errors/index.ts'
import type { Forward } from '../qemu/index.ts'

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
