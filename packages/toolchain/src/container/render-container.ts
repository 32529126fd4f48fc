import type Docker from 'dockerode'
import type { ProcessIdentity } from '@kernelkit/host'
import type { ContainerOptions } from './tool-container.ts'
import { renderLabels } from './container-labels.ts'

/** Writable, owned by the user, removed with the container: home and temporary files of a user that /etc/passwd does not have. */
export const scratchDirectory = '/run/kernelkit'

/** Facts of the machine that a container request depends on. */
export interface ContainerFacts {
  /** Unique among containers. */
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** The engine's root is the caller. */
  readonly rootless: boolean
  readonly owner: ProcessIdentity | undefined
  /** Group of /dev/kvm, `undefined` when it is not to be passed. */
  readonly kvmGid: number | undefined
}

/** The request that creates a container (Docker Engine API, POST /containers/create). */
export function renderContainer(
  options: Pick<ContainerOptions, 'image' | 'purpose' | 'user' | 'mounts' | 'network' | 'env' | 'limits'>,
  facts: ContainerFacts,
): Docker.ContainerCreateOptions {
  const { limits, mounts, network } = options
  const { uid, gid, kvmGid } = facts
  // In a rootless engine the container's root is the caller, and uid 1000 is another user without a name.
  const isCaller = options.user === 'caller' && !facts.rootless
  const user = isCaller ? `${uid}:${gid}` : '0:0'
  const env = { HOME: scratchDirectory, TMPDIR: scratchDirectory, ...options.env }
  const memory = limits?.memoryMiB === undefined ? undefined : Math.round(limits.memoryMiB * 2 ** 20)
  return {
    name: facts.name,
    Image: options.image,
    // Ends when our side of its standard input is closed, however we end; the shell reaps the orphans of programs.
    Entrypoint: ['/bin/sh', '-c', 'cat > /dev/null; exit 0'],
    Cmd: [],
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    // Nothing is written there; its end says that the container has ended.
    AttachStdout: true,
    AttachStderr: false,
    Tty: false,
    User: user,
    WorkingDir: '/',
    // The same in every container: programs write it into what they make.
    Hostname: 'kernelkit',
    Env: Object.entries(options.user === 'root' ? (options.env ?? {}) : env).map(([name, value]) => `${name}=${value}`),
    Labels: renderLabels({ purpose: options.purpose, owner: facts.owner }),
    HostConfig: {
      // Also when no process of ours is left to remove it.
      AutoRemove: true,
      // Unlike with `Binds`, a missing source is an error, not an empty directory that belongs to root.
      Mounts: mounts.map(({ path, readOnly }) => ({ Type: 'bind', Source: path, Target: path, ReadOnly: readOnly })),
      // Programs are compiled and run there (feature tests of the build). World-writable, but the caller is the only user inside: Podman takes no uid= here.
      ...(options.user === 'root' ? {} : { Tmpfs: { [scratchDirectory]: 'rw,exec,nosuid,nodev,mode=1777' } }),
      NetworkMode: network ? 'default' : 'none',
      // The container itself prints nothing.
      LogConfig: { Type: 'none', Config: {} },
      SecurityOpt: [
        // On hosts with SELinux, containers may not read the user's directories; relabelling these would be worse.
        ...(mounts.length > 0 ? ['label=disable'] : []),
        // Nothing in a build gains rights. Not for root: package scripts of a bake switch users.
        ...(isCaller && uid !== 0 ? ['no-new-privileges'] : []),
      ],
      // An engine with remapped users would write files of another user.
      ...(isCaller ? { UsernsMode: 'host' } : {}),
      // The second limit includes swap: equal means no swap.
      ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
      ...(limits?.cpus === undefined ? {} : { NanoCpus: Math.round(limits.cpus * 1e9) }),
      ...(kvmGid === undefined
        ? {}
        : {
            Devices: [{ PathOnHost: '/dev/kvm', PathInContainer: '/dev/kvm', CgroupPermissions: 'rwm' }],
            GroupAdd: [String(kvmGid)],
          }),
    },
  }
}
