/** Where an engine may listen. */
export interface EnginePlace {
  /** As a user would write it: `unix:///var/run/docker.sock`, `tcp://build-host:2376`. */
  readonly address: string
  /** What names it: `DOCKER_HOST`, `the docker context 'lab'`, `the usual socket`. */
  readonly from: string
  /** Directory with ca.pem, cert.pem and key.pem; absent: no TLS. */
  readonly tls?: string | undefined
}

/** The options with which dockerode connects to an address; a string is the reason why it cannot. */
export type Target = { readonly socketPath: string } | { readonly host: string; readonly port: number } | string

/** The parts of an engine address (`DOCKER_HOST` of docker(1)). */
export function parseAddress(address: string, { tls }: { readonly tls: boolean }): Target {
  if (address.startsWith('unix://')) {
    const socketPath = address.slice('unix://'.length)
    return socketPath.startsWith('/') ? { socketPath } : 'a unix address is unix:// and an absolute path'
  }
  if (address.startsWith('/')) return { socketPath: address }
  const match = /^(?:(tcp|http|https):\/\/)?(\[[0-9a-f:.]+\]|[^/:\s]+)(?::(\d+))?\/?$/i.exec(address)
  if (match === null)
    return address.startsWith('ssh:')
      ? 'ssh addresses are not supported; forward the socket: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST, then DOCKER_HOST=unix:///tmp/docker.sock'
      : 'not an address of an engine; allowed: unix:///PATH and tcp://HOST:PORT'
  // 2376 with TLS, 2375 without: registered with IANA for Docker.
  return { host: (match[2] ?? '').replace(/^\[|\]$/g, ''), port: Number(match[3] ?? (tls ? 2376 : 2375)) }
}

/** Facts about the caller from which the usual places follow. */
export interface CallerFacts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly uid: number
  readonly home: string
}

/** Sockets that are tried when no engine is named: Docker's, a rootless one, Docker Desktop's, Podman's. */
export function usualPlaces({ env, uid, home }: CallerFacts): readonly EnginePlace[] {
  // Where systemd puts it when the variable is missing (sudo, cron).
  const runtime = env['XDG_RUNTIME_DIR'] || `/run/user/${uid}`
  return [
    { address: 'unix:///var/run/docker.sock', from: "Docker's socket" },
    { address: `unix://${runtime}/docker.sock`, from: "rootless Docker's socket" },
    { address: `unix://${home}/.docker/run/docker.sock`, from: "Docker Desktop's socket" },
    { address: `unix://${runtime}/podman/podman.sock`, from: "rootless Podman's socket" },
    { address: 'unix:///run/podman/podman.sock', from: "Podman's socket" },
  ]
}
