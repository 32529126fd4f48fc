import { UserError, message, option } from '@kernelkit/core/errors'

/** Environment variables that name proxies; apt and curl read the lower-case ones, other programs both. */
const proxyVariables = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()])

/** Settings of the host, split into those that mean the same inside a container and those that do not. */
export interface SplitSettings<T> {
  readonly kept: T
  /** Each as the user wrote it. */
  readonly left: readonly string[]
}

/** apt options of the host for a container: without proxies on the host's own loopback and without programs of the host. */
export function aptOptionsInside(options: readonly string[]): SplitSettings<readonly string[]> {
  const isLeft = (option: string): boolean => {
    const [, name = '', value = ''] = /^(\S+) "(.*)"$/.exec(option) ?? []
    return /::Proxy-Auto-Detect$/i.test(name) || (/::Proxy\b/.test(name) && isOnLoopback(value))
  }
  return { kept: options.filter((option) => !isLeft(option)), left: options.filter(isLeft) }
}

/** The host's proxy variables for a container. */
export function proxiesInside(env: Readonly<Record<string, string | undefined>>): SplitSettings<Readonly<Record<string, string>>> {
  const set = proxyVariables.flatMap((name) => {
    const value = env[name]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  const isLeft = ([name, value]: readonly [string, string]): boolean => !/^no_proxy$/i.test(name) && isOnLoopback(value)
  return {
    kept: Object.fromEntries(set.filter((one) => !isLeft(one))),
    left: set.filter(isLeft).map(([name, value]) => `${name}=${value}`),
  }
}

/** Refuses mirrors that no container sees: directories of the host, and servers on its loopback. */
export function checkMirrorInside(uri: string): void {
  const isDirectory = /^(file|copy|cdrom):/.test(uri)
  if (!isDirectory && !isOnLoopback(uri)) return
  const what = isDirectory ? 'is a directory of this machine' : "answers on this machine's loopback only"
  throw new UserError('MIRROR_UNREACHABLE', `the mirror ${uri} ${what}, which the container does not see.`, {
    hint: message`Name a mirror by an address that other machines reach (${option('mirror', "http://this machine's name/…")}), or bake on the host with ${option('toolchain', 'host')}.`,
    details: { mirror: uri },
  })
}

/** `proxy:3128` as well as whole URLs. */
function isOnLoopback(address: string): boolean {
  const url = URL.parse(address.includes('://') ? address : `http://${address}`)
  return url !== null && /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/.test(url.hostname)
}
