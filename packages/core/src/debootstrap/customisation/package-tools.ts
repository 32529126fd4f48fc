import type { CustomisationStep } from '../customisation-step.ts'
import { leftOutPaths } from '../left-out-paths.ts'

/** What apt and dpkg find when they run inside the guest. */
export function packageToolSteps(aptSource: string): readonly CustomisationStep[] {
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
