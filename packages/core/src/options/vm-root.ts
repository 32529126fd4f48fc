import { badOption, textOption, type RawRecord } from './raw-options.ts'

/** Which root file system the guest gets; a folder's path is as written. */
export type RootSpec = { readonly kind: 'auto' | 'image' | 'host' | 'none' } | { readonly kind: 'folder'; readonly path: string }

/** `own`: the root's own init where it has one; `systemd` is a name for /sbin/init. */
export type InitSpec =
  | { readonly kind: 'agent' | 'own' }
  | { readonly kind: 'path'; readonly path: `/${string}`; readonly systemd: boolean }

/** `--root auto|image|host|none|FOLDER`. */
export function parseRoot(raw: RawRecord): RootSpec {
  const value = textOption(raw, 'root') ?? 'auto'
  if (value === 'auto' || value === 'image' || value === 'host' || value === 'none') return { kind: value }
  if (value.includes('/') || value === '.' || value === '..') return { kind: 'folder', path: value }
  throw badOption('root', value, 'auto, image, host, none or a folder', `a folder has a slash in it: --root ./${value}`)
}

/** `--init agent|systemd|PATH`; the default depends on the command. */
export function parseInit(raw: RawRecord, command: 'boot' | 'run'): InitSpec {
  const value = textOption(raw, 'init')
  if (value === undefined) return { kind: command === 'run' ? 'agent' : 'own' }
  if (value === 'agent') return { kind: 'agent' }
  if (value === 'systemd') return { kind: 'path', path: '/sbin/init', systemd: true }
  if (isAbsolute(value)) return { kind: 'path', path: value, systemd: false }
  throw badOption('init', value, 'agent, systemd or an absolute path in the root')
}

function isAbsolute(path: string): path is `/${string}` {
  return path.startsWith('/')
}

/** `--cwd`: the command's folder, in the guest. */
export function parseCwd(path: string | undefined): string | undefined {
  if (path === undefined || isAbsolute(path)) return path
  throw badOption('cwd', path, 'an absolute path in the guest')
}
