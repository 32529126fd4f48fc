import { guestDirectory } from '../../agent/messages.ts'
import type { CustomisationStep } from '../customisation-step.ts'
import { unitDirectory } from './unit-directory.ts'

/**
 * OpenSSH 9.8 and newer run each connection in this program. Older ones run themselves once more, unless started with `-r` (sshd.c, rexec_flag):
 * on an emulated CPU that is half a second for each connection, and a client that asks again sooner is never answered.
 */
const sessionProgram = '/usr/lib/openssh/sshd-session'

/** Everything that would be started together with the ssh server. */
const laterUnits = [
  'systemd-journald.service',
  'systemd-networkd.service',
  'systemd-sysctl.service',
  'systemd-tmpfiles-setup.service',
  'systemd-udev-trigger.service',
  'systemd-udevd.service',
]

/** A server with this VM's own keys, up before the rest of the system. */
export function sshServerSteps(sshKeys: readonly string[]): readonly CustomisationStep[] {
  return [
    { kind: 'remove', why: 'an image holds no key material: every VM gets its own', patterns: ['/etc/ssh/ssh_host_*', '/root/.ssh'] },
    {
      kind: 'write',
      why: "keys only, and this VM's own from the host (the first host key of a type is the one that sshd uses)",
      path: '/etc/ssh/sshd_config.d/10-kernelkit.conf',
      content: `HostKey ${guestDirectory}/ssh_host_ed25519_key
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile ${guestDirectory}/authorized_keys .ssh/authorized_keys
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
      path: `${unitDirectory}/kernelkit-ssh-host-key.service`,
      content: `[Unit]
Description=Make a host key for the ssh server
DefaultDependencies=no
Before=ssh.service
Conflicts=shutdown.target
Before=shutdown.target
ConditionPathExists=!${guestDirectory}/ssh_host_ed25519_key
ConditionFileNotEmpty=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/bin/sh -c "make_key() { rm -f $$1/ssh_host_ed25519_key; ssh-keygen -q -t ed25519 -N '' -C kernelkit -f $$1/ssh_host_ed25519_key; }; make_key /etc/ssh 2>/dev/null || { mkdir -p ${guestDirectory} && make_key ${guestDirectory}; }"
`,
    },
    {
      kind: 'write',
      // Not after local-fs.target: a disk in fstab waits for udev, which would wait for this.
      why: 'the ssh server starts first, with the processor for itself (it listens on every address, so it needs no network yet)',
      path: `${unitDirectory}/ssh.service`,
      content: `[Unit]
Description=OpenBSD Secure Shell server
Documentation=man:sshd(8) man:sshd_config(5)
DefaultDependencies=no
After=kernelkit-ssh-host-key.service
Wants=kernelkit-ssh-host-key.service
Before=${laterUnits.join(' ')}
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
      kind: 'edit',
      why: 'a connection does not start the server once more (sshd before OpenSSH 9.8)',
      path: `${unitDirectory}/ssh.service`,
      expression: 's|sshd -D |sshd -D -r |',
      when: { lacks: sessionProgram },
    },
    {
      kind: 'write',
      why: 'everybody comes from the one address of the host: a probe without a login must not lock all others out (OpenSSH 9.8 and newer)',
      path: '/etc/ssh/sshd_config.d/20-kernelkit-one-address.conf',
      content: 'PerSourcePenalties no\n',
      when: { has: sessionProgram },
    },
    {
      kind: 'link',
      why: 'masked: kernelkit-ssh-host-key.service makes the key, and this one waits for the rest of the system',
      path: `${unitDirectory}/sshd-keygen.service`,
      target: '/dev/null',
    },
    {
      kind: 'link',
      why: 'started at boot',
      path: `${unitDirectory}/multi-user.target.wants/ssh.service`,
      target: `${unitDirectory}/ssh.service`,
    },
    { kind: 'link', why: 'its other name', path: `${unitDirectory}/sshd.service`, target: `${unitDirectory}/ssh.service` },
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
