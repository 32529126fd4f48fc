import type { CustomisationStep } from '../customisation-step.ts'

/** Takes away what differs from bake to bake. */
export const cleanUp: readonly CustomisationStep[] = [
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
