import { UserError } from '../errors/index.ts'

const shareModes = ['cow', 'ro', 'rw'] as const
export type ShareMode = (typeof shareModes)[number]

/** A folder of the host in the guest; `guest` is absent when it is to be seen at the same path. */
export interface ShareSpec {
  readonly source: string
  readonly guest: string | undefined
  readonly mode: ShareMode
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

/** Without doubled slashes and dots, so that one place in the guest has one name. */
function plainPath(raw: string, path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw badShare(raw, `'${path}' has '..' in it`)
  if (names.length === 0) throw badShare(raw, 'the root of the guest is not replaced by a share; --root DIR does that')
  return `/${names.join('/')}`
}

function badShare(raw: string, why: string): UserError {
  return new UserError('BAD_SHARE', `--share '${raw}': ${why}.`, {
    hint: 'write for instance --share .:/mnt/src:ro.',
    details: { seen: raw },
  })
}
