import { guestFolder } from '@kernelkit/core/agent'

/** Where the keys of a VM lie in its guest: memory only, and the baked image's sshd looks there too. */
export const guestKeys = {
  authorizedKeys: `${guestFolder}/authorized_keys`,
  hostKey: `${guestFolder}/ssh_host_ed25519_key`,
  config: `${guestFolder}/sshd_config`,
} as const

/** Configuration of the server that the agent starts (sshd_config(5)); the root's own file is not read. */
export const agentSshdConfig = `HostKey ${guestKeys.hostKey}
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
