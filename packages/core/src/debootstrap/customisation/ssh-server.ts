import { guestFolder } from '../../agent/guest-folder.ts'
import type { CustomisationStep } from '../customisation-step.ts'
import { unitFolder } from './unit-folder.ts'

/** A server with this VM's own keys, up before the rest of the system. */
export function sshServerSteps(sshKeys: readonly string[]): readonly CustomisationStep[] {
  return [
    { kind: 'remove', why: 'an image holds no key material: every VM gets its own', patterns: ['/etc/ssh/ssh_host_*', '/root/.ssh'] },
    {
      kind: 'write',
      why: "keys only, and this VM's own from the host (the first host key of a type is the one that sshd uses)",
      path: '/etc/ssh/sshd_config.d/10-kernelkit.conf',
      content: `HostKey ${guestFolder}/ssh_host_ed25519_key
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile ${guestFolder}/authorized_keys .ssh/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
# No reverse lookup of the client's address: it only costs time.
UseDNS no
`,
    },
    {
      kind: 'write',
      why: 'a host key for an image that boots without kernelkit: made at its first boot, kept where the root is writable',
      path: `${unitFolder}/kernelkit-ssh-host-key.service`,
      content: `[Unit]
Description=Make a host key for the ssh server
DefaultDependencies=no
After=local-fs.target
Before=ssh.service
Conflicts=shutdown.target
Before=shutdown.target
ConditionPathExists=!${guestFolder}/ssh_host_ed25519_key
ConditionFileNotEmpty=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/bin/sh -c "make_key() { rm -f $$1/ssh_host_ed25519_key; ssh-keygen -q -t ed25519 -N '' -C kernelkit -f $$1/ssh_host_ed25519_key; }; make_key /etc/ssh 2>/dev/null || { mkdir -p ${guestFolder} && make_key ${guestFolder}; }"
`,
    },
    {
      kind: 'write',
      why: 'the ssh server starts as soon as file systems are there, not after the whole system (it listens on every address, so it needs no network yet)',
      path: `${unitFolder}/ssh.service`,
      content: `[Unit]
Description=OpenBSD Secure Shell server
Documentation=man:sshd(8) man:sshd_config(5)
DefaultDependencies=no
After=local-fs.target kernelkit-ssh-host-key.service
Wants=kernelkit-ssh-host-key.service
Conflicts=shutdown.target
Before=shutdown.target
ConditionPathExists=!/etc/ssh/sshd_not_to_be_run

[Service]
EnvironmentFile=-/etc/default/ssh
ExecStart=/usr/sbin/sshd -D $SSHD_OPTS
ExecReload=/bin/kill -HUP $MAINPID
KillMode=process
Restart=on-failure
RestartPreventExitStatus=255
Type=notify
RuntimeDirectory=sshd
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes

[Install]
WantedBy=multi-user.target
Alias=sshd.service
`,
    },
    {
      kind: 'link',
      why: 'started at boot',
      path: `${unitFolder}/multi-user.target.wants/ssh.service`,
      target: `${unitFolder}/ssh.service`,
    },
    { kind: 'link', why: 'its other name', path: `${unitFolder}/sshd.service`, target: `${unitFolder}/ssh.service` },
    ...(sshKeys.length === 0
      ? []
      : ([
          { kind: 'mkdir', why: 'for the keys asked for (--ssh-key); sshd wants it private', path: '/root/.ssh', mode: 0o700 },
          {
            kind: 'write',
            why: 'the keys asked for (--ssh-key)',
            path: '/root/.ssh/authorized_keys',
            content: sshKeys.map((key) => `${key}\n`).join(''),
            mode: 0o600,
          },
        ] as const)),
  ]
}
