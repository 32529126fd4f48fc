import type { Host } from './host.ts'

export type PrivilegeKind = 'root' | 'user-namespaces' | 'sudo' | 'none'

/** How a root file system with foreign owners can be made here. */
export interface BootstrapPrivilege {
  readonly kind: PrivilegeKind
  /** One line for people. */
  readonly reason: string
  /** What comes before it in the order root, user namespaces, `sudo -n`, and why it cannot be used. */
  readonly refused: readonly { readonly kind: PrivilegeKind; readonly reason: string }[]
}

// A root file system uses owners up to 65534 (nobody).
const neededIds = 65536
const tryMs = 20_000

/** Root, else user namespaces, else `sudo -n`: the first that works when tried. */
export async function bootstrapPrivilege(host: Host, options: { readonly signal?: AbortSignal } = {}): Promise<BootstrapPrivilege> {
  if (host.uid === 0) return { kind: 'root', reason: 'running as root', refused: [] }
  const namespaces = await whyNoUserNamespaces(host, options)
  if (namespaces === undefined) return { kind: 'user-namespaces', reason: `user namespaces work for uid ${host.uid}`, refused: [] }
  const refused = [{ kind: 'user-namespaces' as const, reason: namespaces }]
  const sudo = await whyNoSudo(host, options)
  if (sudo === undefined) return { kind: 'sudo', reason: `sudo needs no password (user namespaces: ${namespaces})`, refused }
  return {
    kind: 'none',
    reason: `uid ${host.uid} can use neither user namespaces (${namespaces}) nor sudo (${sudo})`,
    refused: [...refused, { kind: 'sudo', reason: sudo }],
  }
}

/** `undefined` when a namespace with a whole range of owners could be made just now. */
async function whyNoUserNamespaces(host: Host, { signal }: { readonly signal?: AbortSignal }): Promise<string | undefined> {
  for (const program of ['newuidmap', 'newgidmap']) {
    if ((await host.which(program)) === undefined) return `${program} is missing (package uidmap)`
  }
  const user = (await host.run(['id', '-un'], { reject: false })).stdout.trim()
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await host.fs.readFile(file, 'utf8').catch(() => '')
    const found = subordinateIds(text, [user, String(host.uid)])
    if (found < neededIds)
      return `${file} gives ${user} ${found === 0 ? 'no range' : `only ${found} ids`}, ${neededIds} are needed (usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user})`
  }
  // mmdebstrap first: where AppArmor admits only profiled programs, its profile is the one that matters.
  const tries = [
    ['mmdebstrap', '--unshare-helper', 'true'],
    ['unshare', '--user', '--map-auto', '--map-root-user', 'true'],
  ]
  for (const argv of tries) {
    if ((await host.which(argv[0] ?? '')) === undefined) continue
    const result = await host.run(argv, { reject: false, timeoutMs: tryMs, ...(signal === undefined ? {} : { signal }) })
    if (result.exitCode === 0) return undefined
    const lastLine = result.stderr.trimEnd().split('\n').at(-1) ?? ''
    return `\`${argv.join(' ')}\` failed${lastLine === '' ? '' : `: ${lastLine}`}${await kernelNote(host)}`
  }
  return 'neither mmdebstrap nor unshare is installed'
}

/** Settings of the kernel that forbid it, named. */
async function kernelNote(host: Host): Promise<string> {
  const settings: readonly (readonly [path: string, value: string])[] = [
    ['kernel/apparmor_restrict_unprivileged_userns', '1'],
    ['kernel/unprivileged_userns_clone', '0'],
    ['user/max_user_namespaces', '0'],
  ]
  for (const [path, value] of settings) {
    const text = await host.fs.readFile(`/proc/sys/${path}`, 'utf8').catch(() => '')
    if (text.trim() === value) return ` (${path.replace('/', '.')} is ${value})`
  }
  return ''
}

async function whyNoSudo(host: Host, { signal }: { readonly signal?: AbortSignal }): Promise<string | undefined> {
  if ((await host.which('sudo')) === undefined) return 'sudo is not installed'
  const result = await host.run(['sudo', '-n', 'true'], { reject: false, timeoutMs: tryMs, ...(signal === undefined ? {} : { signal }) })
  return result.exitCode === 0 ? undefined : result.stderr.trimEnd().split('\n').at(-1) || `\`sudo -n true\` ended with ${result.exitCode}`
}

/** The longest range of ids that `name:first:count` lines give to one of these names (man 5 subuid). */
export function subordinateIds(text: string, names: readonly string[]): number {
  const counts = text.split('\n').map((line) => {
    const [name, , count] = line.trim().split(':')
    return name !== undefined && names.includes(name) ? Number(count) || 0 : 0
  })
  return Math.max(0, ...counts)
}
