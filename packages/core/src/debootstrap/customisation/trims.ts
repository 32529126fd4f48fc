import type { CustomisationStep } from '../customisation-step.ts'
import { unitDirectory } from './unit-directory.ts'

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
  [
    'no seats, no second login manager',
    ['systemd-logind.service', 'systemd-logind-varlink.socket', 'getty-static.service', 'getty@tty1.service'],
  ],
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

/** Leaves out what a guest that lives for seconds does not need. */
export const trims: readonly CustomisationStep[] = [
  ...maskedUnits.flatMap(([why, names]) =>
    names.map((name) => ({ kind: 'link', why: `masked: ${why}`, path: `${unitDirectory}/${name}`, target: '/dev/null' }) as const),
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
  { kind: 'link', why: 'no graphics', path: `${unitDirectory}/default.target`, target: '/lib/systemd/system/multi-user.target' },
  {
    kind: 'write',
    why: 'the journal stays in memory',
    path: '/etc/systemd/journald.conf.d/kernelkit.conf',
    content: '[Journal]\nStorage=volatile\n',
  },
]
