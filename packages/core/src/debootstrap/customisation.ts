/** One change to a fresh root file system: plain data, rendered to shell by {@link renderCustomisation}. Paths are absolute inside the root. */
export type CustomisationStep =
  | { readonly kind: 'write'; readonly why: string; readonly path: string; readonly content: string; readonly mode?: number }
  | { readonly kind: 'link'; readonly why: string; readonly path: string; readonly target: string }
  | { readonly kind: 'mkdir'; readonly why: string; readonly path: string; readonly mode: number }
  /** Shell patterns; what does not exist is fine. */
  | { readonly kind: 'remove'; readonly why: string; readonly patterns: readonly string[] }
  /** `sed -E -i EXPRESSION` on a file that must exist. */
  | { readonly kind: 'edit'; readonly why: string; readonly path: string; readonly expression: string }

export interface CustomisationOptions {
  readonly hostname: string
  /** `deb` line of the image's own apt, should it be installed. */
  readonly aptSource: string
  /** OpenSSH public keys for root, one per line; empty: none, the image holds no key material. */
  readonly sshKeys: readonly string[]
  /** Leave out what a guest that lives for seconds does not need. */
  readonly trim: boolean
}

/** Where the host puts this VM's keys before the guest's init starts. */
export const guestKeyFolder = '/run/kernelkit'

/** Everything that makes a Debian root file system a guest of ours, in order. */
export function customisationSteps(options: CustomisationOptions): readonly CustomisationStep[] {
  return [
    ...consoleLogin,
    ...network(options.hostname),
    ...sshServer(options.sshKeys),
    ...(options.trim ? trims : []),
    ...packageTools(options.aptSource),
    ...cleanUp,
  ]
}

const units = '/etc/systemd/system'

const consoleLogin: readonly CustomisationStep[] = [
  {
    kind: 'edit',
    why: 'root has no password on the consoles (passwd(5): an empty second field)',
    path: '/etc/passwd',
    expression: 's/^root:[^:]*:/root::/',
  },
  { kind: 'edit', why: 'the same in shadow(5), which is asked first', path: '/etc/shadow', expression: 's/^root:[^:]*:/root::/' },
  {
    kind: 'write',
    why: "a login on a serial console without waiting for udev's device unit; skipped when the console has no device behind it (hvc0 without a virtio console)",
    path: `${units}/serial-getty@.service`,
    content: `[Unit]
Description=Login on %I
After=systemd-user-sessions.service
Before=getty.target
Conflicts=rescue.service
Before=rescue.service
IgnoreOnIsolate=yes

[Service]
ExecCondition=/bin/sh -c 'exec 3<>/dev/%I'
ExecStart=-/sbin/agetty -o '-p -- \\\\u' --noclear --keep-baud 115200,57600,38400,9600 - $TERM
Type=idle
Restart=always
UtmpIdentifier=%I
StandardInput=tty
StandardOutput=tty
TTYPath=/dev/%I
TTYReset=no
TTYVHangup=yes
# Named and sized here, or systemd 257 and newer asks the terminal, waits when nobody answers, and eats what is typed meanwhile.
Environment=TERM=xterm-256color
TTYRows=24
TTYColumns=80
IgnoreSIGPIPE=no
SendSIGHUP=yes

[Install]
WantedBy=getty.target
`,
  },
  {
    kind: 'link',
    why: 'login on the virtio console',
    path: `${units}/getty.target.wants/serial-getty@hvc0.service`,
    target: `${units}/serial-getty@.service`,
  },
  {
    kind: 'link',
    why: 'login on the first serial port',
    path: `${units}/getty.target.wants/serial-getty@ttyS0.service`,
    target: `${units}/serial-getty@.service`,
  },
]

function network(hostname: string): readonly CustomisationStep[] {
  return [
    { kind: 'write', why: 'a fixed name: the bootstrap copies the one of the host', path: '/etc/hostname', content: `${hostname}\n` },
    {
      kind: 'write',
      why: 'the name resolves without a name server',
      path: '/etc/hosts',
      content: `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`,
    },
    { kind: 'remove', why: 'may be a link, and holds what the host uses', patterns: ['/etc/resolv.conf'] },
    // QEMU documentation, "Using the user mode network stack".
    { kind: 'write', why: "the name server of QEMU's user network", path: '/etc/resolv.conf', content: 'nameserver 10.0.2.3\n' },
    {
      kind: 'link',
      why: 'the first Ethernet stays eth0 (systemd.link(5)), whatever its slot or MAC',
      path: '/etc/systemd/network/99-default.link',
      target: '/dev/null',
    },
    {
      kind: 'write',
      why: 'DHCP on every Ethernet; an address that the kernel got by ip= stays (systemd.network(5))',
      path: '/etc/systemd/network/80-kernelkit.network',
      content:
        '[Match]\nType=ether\n\n[Network]\nDHCP=yes\nKeepConfiguration=static\n\n[DHCPv4]\n# The same lease whatever the machine id.\nClientIdentifier=mac\n',
    },
    {
      kind: 'link',
      why: 'systemd-networkd does the DHCP',
      path: `${units}/multi-user.target.wants/systemd-networkd.service`,
      target: '/lib/systemd/system/systemd-networkd.service',
    },
    {
      kind: 'link',
      why: 'systemd-networkd hears of new links',
      path: `${units}/sockets.target.wants/systemd-networkd.socket`,
      target: '/lib/systemd/system/systemd-networkd.socket',
    },
    {
      kind: 'link',
      why: 'nothing waits for the network to be up',
      path: `${units}/systemd-networkd-wait-online.service`,
      target: '/dev/null',
    },
  ]
}

function sshServer(sshKeys: readonly string[]): readonly CustomisationStep[] {
  return [
    { kind: 'remove', why: 'an image holds no key material: every VM gets its own', patterns: ['/etc/ssh/ssh_host_*', '/root/.ssh'] },
    {
      kind: 'write',
      why: "keys only, and this VM's own from the host (the first host key of a type is the one that sshd uses)",
      path: '/etc/ssh/sshd_config.d/10-kernelkit.conf',
      content: `HostKey ${guestKeyFolder}/ssh_host_ed25519_key
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile ${guestKeyFolder}/authorized_keys .ssh/authorized_keys
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
      path: `${units}/kernelkit-ssh-host-key.service`,
      content: `[Unit]
Description=Make a host key for the ssh server
DefaultDependencies=no
After=local-fs.target
Before=ssh.service
Conflicts=shutdown.target
Before=shutdown.target
ConditionPathExists=!${guestKeyFolder}/ssh_host_ed25519_key
ConditionFileNotEmpty=!/etc/ssh/ssh_host_ed25519_key

[Service]
Type=oneshot
ExecStart=/bin/sh -c "make_key() { rm -f $$1/ssh_host_ed25519_key; ssh-keygen -q -t ed25519 -N '' -C kernelkit -f $$1/ssh_host_ed25519_key; }; make_key /etc/ssh 2>/dev/null || { mkdir -p ${guestKeyFolder} && make_key ${guestKeyFolder}; }"
`,
    },
    {
      kind: 'write',
      why: 'the ssh server starts as soon as file systems are there, not after the whole system (it listens on every address, so it needs no network yet)',
      path: `${units}/ssh.service`,
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
    { kind: 'link', why: 'started at boot', path: `${units}/multi-user.target.wants/ssh.service`, target: `${units}/ssh.service` },
    { kind: 'link', why: 'its other name', path: `${units}/sshd.service`, target: `${units}/ssh.service` },
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

function packageTools(aptSource: string): readonly CustomisationStep[] {
  return [
    {
      kind: 'remove',
      why: "the bootstrap's own settings",
      patterns: [
        '/etc/apt/apt.conf.d/99mmdebstrap',
        '/etc/apt/preferences.d/99kernelkit-bootstrap',
        '/etc/apt/sources.list.d/*',
        '/etc/dpkg/dpkg.cfg.d/99mmdebstrap',
      ],
    },
    { kind: 'write', why: 'where apt, when it is included, finds more packages', path: '/etc/apt/sources.list', content: `${aptSource}\n` },
    {
      kind: 'write',
      why: 'packages installed later leave out manuals and translations too; licences stay',
      path: '/etc/dpkg/dpkg.cfg.d/kernelkit',
      content: leftOutPaths.map(([verb, pattern]) => `${verb}=${pattern}\n`).join(''),
    },
  ]
}

/** What no guest reads, as dpkg(1) options: manuals, translations, documentation but for the licences. */
export const leftOutPaths: readonly (readonly ['path-exclude' | 'path-include', string])[] = [
  ['path-exclude', '/usr/share/man/*'],
  ['path-exclude', '/usr/share/info/*'],
  ['path-exclude', '/usr/share/locale/*'],
  ['path-include', '/usr/share/locale/locale.alias'],
  ['path-exclude', '/usr/share/doc/*'],
  ['path-include', '/usr/share/doc/*/copyright'],
]

const cleanUp: readonly CustomisationStep[] = [
  {
    kind: 'remove',
    why: 'differs from bake to bake, or says nothing about the guest',
    patterns: [
      '/var/log/*.log',
      '/var/log/apt/*',
      '/var/cache/apt/*.bin',
      '/var/cache/apt/archives/*.deb',
      '/var/cache/debconf/*-old',
      '/var/cache/ldconfig/aux-cache',
      '/var/lib/apt/lists/*',
      '/var/lib/dpkg/*-old',
      '/var/lib/systemd/random-seed',
      '/var/lib/systemd/credential.secret',
      '/var/lib/dbus/machine-id',
      '/etc/machine-id',
      '/etc/passwd-',
      '/etc/shadow-',
      '/etc/group-',
      '/etc/gshadow-',
      '/etc/.pwd.lock',
      '/run/*',
      '/tmp/*',
      '/var/tmp/*',
    ],
  },
  { kind: 'write', why: 'empty: every VM is its own machine (machine-id(5))', path: '/etc/machine-id', content: '' },
]

/** Reason and names of units that are masked when trimming. */
const maskedUnits: readonly (readonly [why: string, names: readonly string[]])[] = [
  [
    'housekeeping by the calendar',
    [
      'apt-daily.timer',
      'apt-daily-upgrade.timer',
      'dpkg-db-backup.timer',
      'fstrim.timer',
      'e2scrub_all.timer',
      'e2scrub_reap.service',
      'systemd-tmpfiles-clean.timer',
    ],
  ],
  [
    'nothing of a run is kept',
    [
      'systemd-random-seed.service',
      'systemd-update-utmp.service',
      'systemd-update-utmp-runlevel.service',
      'systemd-journal-flush.service',
      'systemd-pstore.service',
    ],
  ],
  [
    'done at bake time',
    [
      'systemd-firstboot.service',
      'systemd-sysusers.service',
      'systemd-machine-id-commit.service',
      'systemd-hwdb-update.service',
      'systemd-journal-catalog-update.service',
      'systemd-update-done.service',
      'ldconfig.service',
    ],
  ],
  [
    'the root is mounted as it is wanted by the kernel command line',
    ['systemd-remount-fs.service', 'systemd-repart.service', 'systemd-growfs-root.service'],
  ],
  ['devtmpfs makes the devices', ['systemd-tmpfiles-setup-dev.service', 'systemd-tmpfiles-setup-dev-early.service']],
  ['the kernels have no modules', ['systemd-modules-load.service', 'kmod-static-nodes.service', 'modprobe@.service']],
  [
    'the kernels have neither TPM nor encrypted disks',
    [
      'systemd-pcrphase.service',
      'systemd-pcrphase-sysinit.service',
      'systemd-pcrmachine.service',
      'systemd-tpm2-setup.service',
      'systemd-tpm2-setup-early.service',
      'cryptsetup.target',
      'integritysetup.target',
      'veritysetup.target',
    ],
  ],
  [
    'mounted by hand when a test wants it',
    [
      'dev-hugepages.mount',
      'dev-mqueue.mount',
      'sys-fs-fuse-connections.mount',
      'sys-kernel-config.mount',
      'proc-sys-fs-binfmt_misc.automount',
      'systemd-binfmt.service',
    ],
  ],
  [
    'nothing is handed over at boot, nothing is kept of the network',
    ['systemd-udev-load-credentials.service', 'systemd-networkd-persistent-storage.service'],
  ],
  ['nobody asks for a password at boot', ['systemd-ask-password-console.path', 'systemd-ask-password-wall.path']],
  ['no seats, no second login manager', ['systemd-logind.service', 'getty-static.service', 'getty@tty1.service']],
]

/** Generators run one after the other before the first unit; debug, fstab, getty, run and sysv stay, because the command line and packages speak to them. */
const maskedGenerators = [
  'bless-boot',
  'cryptsetup',
  'gpt-auto',
  'hibernate-resume',
  'integritysetup',
  'rc-local',
  'ssh',
  'system-update',
  'tpm2',
  'veritysetup',
].map((name) => `systemd-${name}-generator`)

const trims: readonly CustomisationStep[] = [
  ...maskedUnits.flatMap(([why, names]) =>
    names.map((name) => ({ kind: 'link', why: `masked: ${why}`, path: `${units}/${name}`, target: '/dev/null' }) as const),
  ),
  ...maskedGenerators.map(
    (name) =>
      ({
        kind: 'link',
        why: 'masked: nothing for it to find here',
        path: `/etc/systemd/system-generators/${name}`,
        target: '/dev/null',
      }) as const,
  ),
  { kind: 'link', why: 'no graphics', path: `${units}/default.target`, target: '/lib/systemd/system/multi-user.target' },
  {
    kind: 'write',
    why: 'the journal stays in memory',
    path: '/etc/systemd/journald.conf.d/kernelkit.conf',
    content: '[Journal]\nStorage=volatile\n',
  },
]
