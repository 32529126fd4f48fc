import { message, option } from '../../errors/index.ts'
import { badOption } from '../given.ts'

/** Which root file system the guest gets; a directory's path is as written. */
export type RootSpec = { readonly kind: 'auto' | 'image' | 'host' | 'none' } | { readonly kind: 'directory'; readonly path: string }

/** `own`: the root's own init where it has one; `systemd` is a name for /sbin/init. */
export type InitSpec =
  | { readonly kind: 'agent' | 'own' }
  | { readonly kind: 'path'; readonly path: `/${string}`; readonly systemd: boolean }

/** `--root auto|image|host|none|DIR`. */
export function parseRoot(value: string): RootSpec {
  if (value === 'auto' || value === 'image' || value === 'host' || value === 'none') return { kind: value }
  if (value.includes('/') || value === '.' || value === '..') return { kind: 'directory', path: value }
  throw badOption('root', value, {
    allowed: 'auto, image, host, none or a directory',
    hint: message`Write a directory with a slash in it: ${option('root', `./${value}`)}.`,
  })
}

/** `--init agent|systemd|PATH`. */
export function parseInit(value: string): InitSpec {
  if (value === 'agent') return { kind: 'agent' }
  if (value === 'systemd') return { kind: 'path', path: '/sbin/init', systemd: true }
  if (isAbsolute(value)) return { kind: 'path', path: value, systemd: false }
  throw badOption('init', value, { allowed: 'agent, systemd or an absolute path in the root' })
}

function isAbsolute(path: string): path is `/${string}` {
  return path.startsWith('/')
}

/** The address of an archive of packages, without a slash at its end. */
export function parseMirror(raw: string): string {
  const url = URL.canParse(raw) ? new URL(raw) : undefined
  if (url !== undefined && ['http:', 'https:', 'file:'].includes(url.protocol)) return raw.replace(/\/+$/, '')
  throw badOption('mirror', raw, {
    allowed: 'a URL with http, https or file',
    hint: 'Give the address of the directory that holds dists/ and pool/; for rpm packages, repodata/.',
  })
}

/** A module's name as modprobe takes it: dashes and underscores are the same. */
export function parseModuleName(raw: string): string {
  const name = raw.replaceAll('-', '_')
  if (/^[A-Za-z0-9_]{1,63}$/.test(name)) return name
  throw badOption('module', raw, { allowed: 'the name of a module, such as dummy', hint: 'Leave out directories and the ending .ko.' })
}
