import { archRows, architectures, hostArch, type Arch } from '@kernelkit/core/arch'
import { UserError, command, message, option, type ErrorCode } from '@kernelkit/core/errors'
import { errorCodes } from '@kernelkit/core/errors/codes'
import {
  bakeRequirements,
  bootRequirements,
  bootstrapPrivilege,
  buildRequirements,
  defaultStoreRoot,
  freeBytes,
  gdbRequirements,
  gitRequirement,
  installCommand,
  missingRequirements,
  nameOf,
  packagesOf,
  probeKvm,
  qemuVersion,
  sshRequirements,
  storeProblem,
  sudoWords,
  symboliserRequirements,
  type Host,
  type KvmAnswer,
  type Requirement,
  type Store,
} from '@kernelkit/host'
import type { CommandContext } from '../command.ts'
import { formatBytes } from '../output/quantities.ts'
import type { Check } from './check.ts'

// Unpacked source, build directory, bootstrap and image of one run, measured generously.
const neededBytes = 6 * 2 ** 30

export interface Examination {
  readonly checks: readonly Check[]
  readonly accel: KvmAnswer | undefined
}

/** Look at everything that the commands will need, without changing anything but the notes of a store that is there. */
export async function examineHost(
  { host, store: openStore }: Pick<CommandContext, 'host' | 'store'>,
  signal: AbortSignal,
): Promise<Examination> {
  // On another machine than the table's rows, their QEMU emulates the first one.
  const arch = archRows[hostArch(host.nodeArch)]
  const { store, problem } = await examineStore(host, openStore)
  const qemu = await checkQemu(host, store, arch)
  const kvm = qemu.status === 'missing' ? undefined : await probeKvm(host, store, arch.qemuBinary, arch, { signal, fresh: true })
  return {
    accel: kvm,
    checks: [
      qemu,
      ...(kvm === undefined ? [] : [checkKvm(kvm)]),
      await checkPrograms(
        host,
        'vm owner',
        bootRequirements(arch).filter((one) => nameOf(one) !== arch.qemuBinary),
      ),
      await checkPrograms(
        host,
        'build',
        buildRequirements.filter((one) => one.optional !== true),
      ),
      await checkPrograms(
        host,
        'ccache',
        buildRequirements.filter((one) => nameOf(one) === 'ccache'),
        { optional: 'rebuilds compile everything' },
      ),
      await checkPrograms(host, 'git', [gitRequirement], { optional: 'no git+URL sources' }),
      await checkPrograms(
        host,
        'bootstrap',
        bakeRequirements(host, arch).filter((one) => one.optional !== true),
      ),
      await checkPrivilege(host, signal),
      await checkForeignImages(host, arch),
      await checkPrograms(host, 'ssh', sshRequirements),
      await checkPrograms(host, 'gdb', gdbRequirements, { optional: 'no kernelkit gdb' }),
      await checkPrograms(host, 'lines', symboliserRequirements, { optional: 'kernel reports without lines' }),
      await checkDocker(host, signal),
      await checkStore(host, store, problem),
    ],
  }
}

async function checkQemu(host: Host, store: Store, arch: Arch): Promise<Check> {
  const found = await host.which(arch.qemuBinary)
  if (found === undefined)
    return { name: 'qemu', status: 'missing', required: true, detail: `no ${arch.qemuBinary}`, ...(await fixOf(host, [arch.qemuPackage])) }
  const version = await qemuVersion(host, store, found)
  return { name: 'qemu', status: 'ok', required: true, detail: `QEMU ${version} (${found})` }
}

function checkKvm(kvm: KvmAnswer): Check {
  const works = kvm.accel === 'kvm'
  return {
    name: 'kvm',
    status: works ? 'ok' : 'limited',
    required: false,
    detail: works ? kvm.reason : `TCG is used, which is slower: ${kvm.reason}`,
  }
}

async function checkPrograms(
  host: Host,
  name: string,
  list: readonly Requirement[],
  { optional }: { readonly optional?: string } = {},
): Promise<Check> {
  const required = optional === undefined
  const missing = await missingRequirements(host, list)
  if (missing.length === 0) return { name, status: 'ok', required, detail: list.map(nameOf).join(' ') }
  const detail = `lacks ${missing.map(nameOf).join(', ')}${optional === undefined ? '' : ` (${optional})`}`
  return { name, status: 'missing', required, detail, ...(await fixOf(host, packagesOf(missing))) }
}

async function checkPrivilege(host: Host, signal: AbortSignal): Promise<Check> {
  const { kind, reason, fix, packages } = await bootstrapPrivilege(host, { signal })
  if (kind !== 'none') return { name: 'privilege', status: 'ok', required: true, detail: kind === 'root' ? reason : `${kind}: ${reason}` }
  const remedy = packages === undefined ? fix && { fix: `as root: ${fix}` } : await fixOf(host, packages)
  return { name: 'privilege', status: 'missing', required: true, detail: reason, ...remedy }
}

/** Images of the other rows of the table need more than those of the host's own. */
async function checkForeignImages(host: Host, own: Arch): Promise<Check> {
  const others = architectures.filter(({ name }) => name !== own.name)
  const names = others.map(({ name }) => name).join(', ')
  const list = others.flatMap((arch) => bakeRequirements(host, arch).filter((one) => nameOf(one) === 'arch-test'))
  return checkPrograms(host, `images for ${names}`, list.slice(0, 1), { optional: `no ${names} images` })
}

const engineProblems: Partial<Record<ErrorCode, string>> = {
  NO_ENGINE: 'no Docker Engine answers',
  ENGINE_DENIED: "this user may not open the engine's socket",
  ENGINE_TOO_OLD: 'the engine is too old',
}

/** The engine's client is loaded here only: the other checks take no time, and most commands never need it. */
async function checkDocker(host: Host, signal: AbortSignal): Promise<Check> {
  const row = { name: 'docker', required: false } as const
  const { connectEngine } = await import('@kernelkit/toolchain')
  try {
    const { version, address, rootless } = await connectEngine(host, { signal })
    return { ...row, status: 'ok', detail: `version ${version} at ${address}${rootless ? ', rootless' : ''}` }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    // The error has a line for each place that was tried; a check has one line in all.
    const what = engineProblems[error.code] ?? errorCodes[error.code].meaning.replace(/\.$/, '')
    const { hint } = error.parts
    const fix = error.code === 'NO_ENGINE' || hint === undefined ? {} : { fix: hint }
    const where = message`${command('kernelkit toolchain ls')} lists where (only for ${option('toolchain', 'docker')})`
    return { ...row, status: 'missing', detail: message`${what}; ${where}`, ...fix }
  }
}

/** The store as it is: one that is absent stays so, and counts as empty. `problem`: why nothing can be kept in it. */
async function examineStore(
  host: Host,
  openStore: CommandContext['store'],
): Promise<{ readonly store: Store; readonly problem: UserError | undefined }> {
  const looking = await openStore({ looks: true })
  const problem = await storeProblem(host, looking.root)
  if (problem !== undefined || !(await host.fs.exists(looking.root))) return { store: looking, problem }
  return { store: await openStore(), problem }
}

async function checkStore(host: Host, store: Store, problem: UserError | undefined): Promise<Check> {
  if (problem !== undefined)
    return {
      name: 'disk',
      status: 'missing',
      required: true,
      detail: problem.parts.message,
      ...(problem.parts.hint === undefined ? {} : { fix: problem.parts.hint }),
    }
  const free = await freeBytes(host, store.root)
  const detail = `${formatBytes(free)} free in ${store.root}`
  if (free >= neededBytes) return { name: 'disk', status: 'ok', required: true, detail }
  const other = store.root === defaultStoreRoot(host) ? message`, or choose another directory with ${option('cache-dir')}` : ''
  return {
    name: 'disk',
    status: 'missing',
    required: true,
    detail: `${detail}, ${formatBytes(neededBytes)} are needed`,
    fix: message`kernelkit cache prune --all${other}`,
  }
}

/** The command that installs the packages. */
async function fixOf(host: Host, packages: readonly string[]): Promise<Pick<Check, 'fix' | 'packages'>> {
  const words = await sudoWords(host)
  const text = [...(words ?? []), ...installCommand(packages)].join(' ')
  return { packages, fix: words === undefined ? `as root: ${text}` : text }
}
