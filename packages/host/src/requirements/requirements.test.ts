import { describe, expect, it } from 'vitest'
import { findArch, type Arch } from '@kernelkit/core/arch'
import type { Host } from '../host.ts'
import { nodeHost } from '../node-host.ts'
import { bakeRequirements, bootRequirements, buildRequirements } from './requirement-lists.ts'
import { missingRequirements, nameOf, packagesOf, requireAll, type Requirement } from './requirements.ts'

const hostWith = (programs: readonly string[], uid = 0): Host => ({
  ...nodeHost(),
  uid,
  which: async (name) => (programs.includes(name) ? `/usr/bin/${name}` : undefined),
})
const row = (name: string): Arch => findArch(name) ?? expect.fail(`no row ${name}`)
const namesOf = (list: readonly Requirement[]): readonly string[] => list.map(nameOf)

describe('requireAll', () => {
  const list: readonly Requirement[] = [
    { what: 'program', program: 'flex', package: 'flex', why: 'to scan' },
    { what: 'program', program: 'make', package: 'make', why: 'to make' },
    { what: 'header', header: 'no/such/header.h', package: 'libno-dev', why: 'to include' },
    {
      what: 'any-of',
      of: [
        { what: 'program', program: 'a', package: 'pa', why: '' },
        { what: 'program', program: 'b', package: 'pb', why: '' },
      ],
      why: 'to try',
    },
    { what: 'program', program: 'ccache', package: 'ccache', why: 'to be fast', optional: true },
  ]

  it('requireAll names everything that is missing at once, with one command for all', async () => {
    await expect(requireAll(hostWith(['make', 'apt-get']), list, { user: 'build' })).rejects.toMatchObject({
      code: 'HOST_LACKS',
      verdict: 'infra-fail',
      message: 'build needs what this host lacks: flex (to scan); <no/such/header.h> (libno-dev, to include); a or b (pa, to try).',
      hint: 'Run `apt-get install -y --no-install-recommends flex libno-dev pa`, or `kernelkit doctor --fix`.',
      details: { missing: ['flex', '<no/such/header.h>', 'a or b'], packages: ['flex', 'libno-dev', 'pa'] },
    })
  })

  it('requireAll advises root, and no program that is not there, where sudo is not installed', async () => {
    await expect(requireAll(hostWith(['apt-get'], 1000), list.slice(0, 1), { user: 'build' })).rejects.toMatchObject({
      hint: 'Run `apt-get install -y --no-install-recommends flex` as root.',
    })
  })

  it('requireAll names once what two lists ask for', async () => {
    const [flex] = list
    if (flex === undefined) expect.unreachable()
    await expect(requireAll(hostWith([]), [flex, { ...flex, why: 'to scan again' }], { user: 'build' })).rejects.toMatchObject({
      message: 'build needs what this host lacks: flex (to scan).',
    })
  })

  it('requireAll puts sudo before the command for users other than root', async () => {
    await expect(requireAll(hostWith(['apt-get', 'sudo'], 1000), list.slice(0, 1), { user: 'build' })).rejects.toMatchObject({
      hint: 'Run `sudo apt-get install -y --no-install-recommends flex`, or `kernelkit doctor --fix`.',
    })
  })

  it('requireAll only names the packages where there is no apt', async () => {
    await expect(requireAll(hostWith([]), list.slice(0, 1), { user: 'build' })).rejects.toMatchObject({
      hint: "Install these with your distribution's package manager (names in Debian: flex).",
    })
  })

  it('requireAll accepts one of several programs, and no optional ones', async () => {
    await requireAll(
      hostWith(['flex', 'make', 'b']),
      list.filter((one) => one.what !== 'header'),
      { user: 'build' },
    )
    expect(namesOf(await missingRequirements(hostWith(['flex', 'make', 'b']), list))).toEqual(['<no/such/header.h>', 'ccache'])
  })

  it('requireAll finds headers of the C library where gcc does', async () => {
    const header: Requirement = { what: 'header', header: 'sys/cdefs.h', package: 'libc6-dev', why: '' }
    expect(await missingRequirements(nodeHost(), [header])).toEqual([])
  })
})

describe('the lists', () => {
  it('the requirement lists name the packages of a bare Debian', async () => {
    const missing = await missingRequirements(
      hostWith([]),
      buildRequirements.filter((one) => one.what === 'program'),
    )
    expect(packagesOf(missing)).toEqual(['gcc', 'binutils', 'make', 'flex', 'bison', 'bc', 'perl', 'xz-utils', 'ccache'])
  })

  it('bakeRequirements asks for uidmap for users, and for arch-test for a foreign architecture', () => {
    const [x86_64, i386] = [row('x86_64'), row('i386')]
    expect(namesOf(bakeRequirements({ uid: 0, nodeArch: 'x64' }, x86_64))).toEqual([
      'mmdebstrap or debootstrap',
      'mkfs.ext4',
      'debugfs',
      'zstd',
    ])
    expect(namesOf(bakeRequirements({ uid: 1000, nodeArch: 'x64' }, i386))).toEqual([
      'mmdebstrap or debootstrap',
      'mkfs.ext4',
      'debugfs',
      'newuidmap',
      'arch-test',
      'zstd',
    ])
  })

  it('bootRequirements takes the QEMU of the architecture from its row', () => {
    expect(namesOf(bootRequirements(row('i386')))).toEqual(['qemu-system-i386', 'setpriv'])
  })
})
