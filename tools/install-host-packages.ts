import { isatty } from 'node:tty'
import { architectures } from '@kernelkit/core/arch'
import { UserError, renderUserError } from '@kernelkit/core/errors'
import {
  bakeRequirements,
  bootRequirements,
  buildRequirements,
  distributionKernelRequirements,
  gdbRequirements,
  gitRequirement,
  installPackages,
  missingRequirements,
  nameOf,
  nodeHost,
  packagesOf,
  rpmRequirements,
  sshRequirements,
  type Requirement,
} from '@kernelkit/host'
import { askEngine, dockerdRequirements } from './private-dockerd.ts'

/** Where no engine answers, the container tests start one of their own. */
async function engineRequirements(): Promise<readonly Requirement[]> {
  const address = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  if (!address.startsWith('unix://') || (await askEngine(address.slice('unix://'.length))) !== undefined) return []
  return dockerdRequirements
}

/** What the tests use in addition to what the commands themselves ask for. */
const testRequirements: readonly Requirement[] = [
  { what: 'program', program: 'mkfs.erofs', package: 'erofs-utils', why: 'to make disks of directories' },
  { what: 'program', program: 'mksquashfs', package: 'squashfs-tools', why: 'to make disks of directories' },
  { what: 'program', program: 'cpio', package: 'cpio', why: 'to read our archives with another program' },
  { what: 'program', program: 'file', package: 'file', why: 'to look at built files' },
  { what: 'program', program: 'crash', package: 'crash', why: 'to open dumps with the programs that they are for' },
  { what: 'program', program: 'drgn', package: 'python3-drgn', why: 'likewise' },
  { what: 'program', program: 'lz4', package: 'lz4', why: 'to pack what our own code unpacks' },
  { what: 'program', program: 'rpmbuild', package: 'rpm', why: 'to make the rpm packages of a kernel' },
  { what: 'program', program: 'createrepo_c', package: 'createrepo-c', why: 'to list rpm packages as a mirror does' },
  { what: 'program', program: 'docker-registry', package: 'docker-registry', why: 'to serve the image of a kernel' },
  { what: 'program', program: 'bpftrace', package: 'bpftrace', why: 'to trace a guest' },
  { what: 'program', program: 'gpg', package: 'gpg', why: 'to sign the list of a mirror' },
  { what: 'program', program: 'zsh', package: 'zsh', why: 'to parse its completion script' },
  { what: 'program', program: 'rsync', package: 'rsync', why: 'to install tests of the kernel tree' },
  { what: 'program', program: 'go', package: 'golang-go', why: 'to run its tests in a guest' },
  { what: 'program', program: 'cargo', package: 'cargo', why: 'to run its tests in a guest' },
  { what: 'program', program: 'meson', package: 'meson', why: 'to run its tests in a guest' },
  { what: 'program', program: 'pytest-3', package: 'python3-pytest', why: 'to run its tests in a guest' },
  { what: 'program', program: 'bats', package: 'bats', why: 'to run its tests in a guest' },
  { what: 'program', program: 'chromium', package: 'chromium', why: 'to read pages of results' },
  { what: 'program', program: 'fish', package: 'fish', why: 'to parse its completion script' },
]

const line = (text: string) => process.stderr.write(`${text}\n`)
const log = {
  info: line,
  detail() {},
  warn: line,
  task: (title: string) => {
    line(`${title} ...`)
    return {
      update() {},
      done: () => line(`${title}: done`),
      fail: (note?: string) => line(`${title}: failed${note === undefined ? '' : ` (${note})`}`),
      stop: (note: string) => line(`${title}: stopped (${note})`),
    }
  },
}

/** Install what building, baking, booting and the tests need and this machine lacks, after saying which. */
async function main(): Promise<void> {
  const host = nodeHost({ log })
  const wanted = [
    ...buildRequirements,
    gitRequirement,
    ...architectures.flatMap((arch) => [...bakeRequirements(host, arch), ...bootRequirements(arch)]),
    ...distributionKernelRequirements,
    ...rpmRequirements,
    ...sshRequirements,
    ...gdbRequirements,
    ...testRequirements,
    ...(await engineRequirements()),
  ]
  const missing = await missingRequirements(host, wanted)
  if (missing.length === 0) {
    line('host packages: nothing is missing.')
    return
  }
  line(`host packages: missing ${missing.map((one) => `${nameOf(one)} (${packagesOf([one]).join(' ')}, ${one.why})`).join('; ')}.`)
  await installPackages(host, packagesOf(missing), { interactive: isatty(0) })
}

try {
  await main()
} catch (error) {
  line(error instanceof UserError ? renderUserError(error) : String(error instanceof Error ? error.stack : error))
  process.exitCode = 1
}
