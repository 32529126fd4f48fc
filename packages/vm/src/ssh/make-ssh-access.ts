import { join } from 'node:path'
import { guestDirectory } from '@kernelkit/core/agent'
import { option } from '@kernelkit/core/errors'
import type { Forward } from '@kernelkit/core/qemu'
import { requireAll, sshRequirements } from '@kernelkit/host/requirements'
import type { Host } from '@kernelkit/host'
import type { GuestSetup } from '../vm.ts'

/** How a client of a VM logs in; kept among the facts of its state file. */
export interface SshAccess {
  readonly address: string
  readonly port: number
  /** Private key of the user, for this VM only. */
  readonly keyPath: string
  readonly knownHostsPath: string
  /** Name of the host key in the known hosts file, whatever the port. */
  readonly hostAlias: string
}

/** Both sides of it. */
export interface SshLogin {
  readonly access: SshAccess
  /** For the guest. */
  readonly files: GuestSetup['files']
}

/** Where the keys of a VM are in its guest: memory only, and the baked image's sshd looks there too. */
const guestKeys = {
  authorizedKeys: `${guestDirectory}/authorized_keys`,
  hostKey: `${guestDirectory}/ssh_host_ed25519_key`,
  config: `${guestDirectory}/sshd_config`,
} as const

/** Configuration of the server that the agent starts (sshd_config(5)); the root's own file is not read. */
const agentSshdConfig = `HostKey ${guestKeys.hostKey}
AuthorizedKeysFile ${guestKeys.authorizedKeys}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
# No reverse lookup of the client's address: it only costs time.
UseDNS no
# Files of a shared root may belong to the user of the host.
StrictModes no
PidFile none
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
`

/**
 * Keys of one VM: the host makes the user's and the server's, so that the login is checked on both sides and no image
 * holds key material. The private host key leaves this machine only into the guest's memory.
 */
export async function makeSshAccess(options: {
  readonly host: Host
  readonly id: string
  /** The VM's directory in the runtime directory (0700). */
  readonly directory: string
  /** The forwarded port that leads to the guest's port 22. */
  readonly forward: Forward
}): Promise<SshLogin> {
  const { host, id, forward } = options
  await requireAll(host, sshRequirements, { user: option('ssh') })
  const directory = join(options.directory, 'ssh')
  await host.fs.mkdir(directory, { mode: 0o700 })
  const [userKey, hostKey] = [join(directory, 'id_ed25519'), join(directory, 'host_ed25519')]
  await Promise.all([userKey, hostKey].map((path) => makeKey(path, `kernelkit-${id}`, host)))
  const files: GuestSetup['files'] = [
    { path: guestKeys.authorizedKeys, mode: 0o600, content: await host.fs.readFile(`${userKey}.pub`, 'utf8') },
    { path: guestKeys.hostKey, mode: 0o600, content: await host.fs.readFile(hostKey, 'utf8') },
    { path: guestKeys.config, mode: 0o644, content: agentSshdConfig },
  ]
  const hostAlias = `kernelkit-${id}`
  const knownHostsPath = join(directory, 'known_hosts')
  await host.fs.writeFile(knownHostsPath, `${hostAlias} ${await host.fs.readFile(`${hostKey}.pub`, 'utf8')}`)
  await Promise.all([hostKey, `${hostKey}.pub`].map((path) => host.fs.rm(path)))
  return { access: { address: forward.address, port: forward.hostPort, keyPath: userKey, knownHostsPath, hostAlias }, files }
}

async function makeKey(path: string, comment: string, host: Host): Promise<void> {
  await host.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path], { package: 'openssh-client' })
}
