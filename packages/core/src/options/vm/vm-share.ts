import { UserError, message, option, type Message } from '../../errors/index.ts'
import type { ShareMode } from '../../cmdline/index.ts'
import { atPlace, type Given } from '../given.ts'

const shareModes: readonly ShareMode[] = ['cow', 'ro', 'rw']

/** A directory of the host in the guest; `guest` is absent when it is to be seen at the same path. */
export interface ShareSpec {
  readonly source: string
  readonly guest: string | undefined
  readonly mode: ShareMode
}

/** A share in a program: paths may have colons in them. */
export interface LibraryShare {
  readonly host: string
  readonly guest?: string | undefined
  readonly mode?: ShareMode | undefined
}

/** `SRC[:DST][:cow|ro|rw]`, or the object that a program gives. */
export function readShare({ value, place }: Given): ShareSpec {
  return atPlace(place, () => (typeof value === 'string' ? parseShare(value) : checkShare(value)))
}

/** `SRC[:DST][:cow|ro|rw]`. */
export function parseShare(raw: string): ShareSpec {
  const parts = raw.split(':')
  const last = parts.at(-1) ?? ''
  const mode = parts.length > 1 ? shareModes.find((known) => known === last) : undefined
  const paths = mode === undefined ? parts : parts.slice(0, -1)
  const [source, guest] = paths
  if (source === undefined || source === '' || paths.length > 2)
    throw badShare(raw, 'it is not SRC[:DST][:cow|ro|rw] (a path with a colon needs a link without one)')
  if (guest !== undefined && !guest.startsWith('/')) {
    throw badShare(raw, `'${guest}' is neither an absolute path of the guest nor one of ${shareModes.join(', ')}`)
  }
  return { source, guest: guest === undefined ? undefined : plainPath(raw, guest), mode: mode ?? 'cow' }
}

function checkShare(value: unknown): ShareSpec {
  const shown = JSON.stringify(value) ?? String(value)
  if (typeof value !== 'object' || value === null) throw badShare(shown, 'it is not { host, guest, mode }')
  const { host, guest, mode = 'cow', ...rest } = value as Readonly<Record<string, unknown>>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw badShare(shown, `'${unknown}' is not known; it takes host, guest and mode`)
  if (typeof host !== 'string' || host === '') throw badShare(shown, 'host is the path of a directory')
  const known = shareModes.find((one) => one === mode)
  if (known === undefined) throw badShare(shown, `the mode '${String(mode)}' is not one of ${shareModes.join(', ')}`)
  if (guest === undefined) return { source: host, guest, mode: known }
  if (typeof guest !== 'string' || !guest.startsWith('/'))
    throw badShare(shown, `${JSON.stringify(guest)} is not an absolute path of the guest`)
  return { source: host, guest: plainPath(shown, guest), mode: known }
}

/** Without doubled slashes and dots, so that one place in the guest has one name. */
function plainPath(raw: string, path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw badShare(raw, `'${path}' has '..' in it`)
  if (names.length === 0) throw badShare(raw, message`a share cannot replace the root of the guest; ${option('root')} does that`)
  return `/${names.join('/')}`
}

function badShare(raw: string, why: Message): UserError {
  return new UserError('BAD_SHARE', message`${option('share')} '${raw}': ${why}.`, {
    hint: message`Write for instance ${option('share', '.:/mnt/src:ro')}.`,
    details: { seen: raw },
  })
}
