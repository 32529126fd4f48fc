import type { Arch } from '@kernelkit/core/arch'
import { join } from 'node:path'
import { UserError, message, option, printable } from '@kernelkit/core/errors'
import { stageDirectory } from '@kernelkit/core/qemu'
import { inspectGuestFiles, makeNamedDirectory, renderFindings } from '@kernelkit/host/files'
import { namedVariable } from '@kernelkit/host/process'
import type { Host, Store } from '@kernelkit/host'
import { makeEvidenceDirectory } from '../evidence/evidence-directory.ts'
import { evidencePath } from '../evidence/evidence-paths.ts'
import { recordFailure } from '../evidence/record-verdict.ts'
import { makeConsolePipe } from '../process/spawn-qemu.ts'
import { machineServices } from '../resolve/machine-services.ts'
import { planVm, type VmIdentity, type VmPlan } from '../resolve/plan-vm.ts'
import type { PlanServices } from '../resolve/services.ts'
import { resolveVm, type WantedVm } from '../resolve/resolve-vm.ts'
import { runtimeDirectory } from '../process/runtime-directory.ts'
import { releaseVm, reserveVm, type VmPlace } from '../process/vm-state.ts'
import type { SshLogin } from '../ssh/make-ssh-access.ts'
import type { VmRequest } from '../vm.ts'
import { refuseFilesInGuest } from './own-files.ts'
import { guestEnvironment } from './guest-environment.ts'

export interface PrepareInput {
  readonly host: Host
  readonly store: Store
  readonly wanted: WantedVm
  readonly signal?: AbortSignal | undefined
}

/** A VM that can be started: everything is decided, its directory is reserved. */
export interface PreparedVm {
  readonly place: VmPlace
  readonly plan: VmPlan
  readonly request: VmRequest
  /** Takes the evidence of this run (evidence/evidence-paths.ts); it outlives the VM. */
  readonly evidenceDirectory: string
  /** Gives back what was reserved, when the VM never comes to its turn. */
  readonly abandon: (reason: unknown) => Promise<void>
}

/** All decisions, a directory and a name for the VM; what was reserved is given back when a decision fails. */
export async function prepareVm(input: PrepareInput): Promise<PreparedVm> {
  const { host, store, wanted } = input
  const { spec } = wanted
  await refuseFilesInGuest(host, { wanted: [wanted], store, runtime: await runtimeDirectory(host) })
  const place = await reserveVm(host, spec.name === undefined ? {} : { name: spec.name })
  // The runtime directory is a tmpfs on most hosts: what a guest writes to its disk would fill the memory.
  const identity = overlayDirectory(host, store).then((overlayDirectory) => ({
    id: place.id,
    name: place.name,
    runtimeDirectory: place.directory,
    overlayDirectory,
  }))
  const planned = identity.then((one) => decide(input, one))
  const named = wanted.evidence ?? spec.evidence
  const making = [
    makeEvidenceDirectory(host, { store, id: place.id, named }),
    makeConsolePipe(host, place.directory),
    host.fs.mkdir(stageDirectory({ runtimeDirectory: place.directory }), { mode: 0o700 }),
  ] as const
  // A directory of the store whose name was never said is of no use, and would push out that of a run.
  const abandon = async (reason: unknown): Promise<void> => {
    const [evidence] = await Promise.allSettled(making)
    await releaseVm(place, host)
    if (evidence.status === 'rejected') return
    if (named === undefined) await host.fs.rm(evidence.value, { recursive: true, force: true })
    else await recordFailure(host, evidence.value, reason)
  }
  try {
    const [plan, evidenceDirectory] = await Promise.all([planned, ...making])
    const { artifacts } = plan.vm
    if (artifacts !== undefined) await makeArtifacts(host, artifacts.path)
    return { place, plan, evidenceDirectory, request: await requestOf({ host, plan, place, evidenceDirectory }), abandon }
  } catch (error) {
    await abandon(error)
    throw error
  }
}

/** The directory for artifacts, made and free of what a guest must not leave: what is dropped after the run is the guest's. */
async function makeArtifacts(host: Host, named: string): Promise<void> {
  const directory = await makeNamedDirectory(host, { option: 'artifacts', named })
  const found = renderFindings(await inspectGuestFiles(host, directory))
  if (found.length === 0) return
  throw new UserError(
    'NOT_GUEST_FILES',
    message`${option('artifacts', printable(named))} holds what a guest must not leave on this machine:\n${found.map((line) => `  ${line}`).join('\n')}`,
    { hint: 'Name an empty directory, or remove these.', details: { path: directory, found } },
  )
}

/** The same decisions for a VM whose command line is pasted into a shell later: nothing is reserved, sockets are in a directory of their own. */
export async function planForDryRun(input: PrepareInput): Promise<VmPlan> {
  const { host, wanted } = input
  const directory = join(await runtimeDirectory(host), 'paste')
  await host.fs.mkdir(directory, { recursive: true, mode: 0o700 })
  const name = wanted.spec.name ?? 'paste'
  const services = machineServices(host, input.store, input.signal)
  // A dry run starts no program that an option names: questions go to the QEMU on PATH.
  const asked = (qemu: string, arch: Arch) => (wanted.spec.qemu === undefined ? qemu : host.which(arch.qemuBinary))
  const probeKvm: PlanServices['probeKvm'] = async (qemu, arch) => {
    const known = await asked(qemu, arch)
    if (known !== undefined) return services.probeKvm(known, arch)
    return { accel: 'tcg', reason: `a dry run does not start ${qemu}`, seconds: 0 }
  }
  const qemuVersion: PlanServices['qemuVersion'] = async (qemu, arch) => {
    const known = await asked(qemu, arch)
    return known === undefined ? undefined : services.qemuVersion(known, arch)
  }
  return decide(input, { id: name, name, runtimeDirectory: directory }, { ...services, probeKvm, qemuVersion })
}

async function decide(
  { host, store, wanted, signal }: PrepareInput,
  identity: VmIdentity,
  services: PlanServices = machineServices(host, store, signal),
): Promise<VmPlan> {
  // Before a kernel is looked for: a value that would arrive changed is refused.
  for (const { name, value } of wanted.spec.env) if (value === undefined) namedVariable(host, name)
  return planVm({ host, services, vm: await resolveVm(wanted), ...identity })
}

/** A directory on a disk that can be written: in the store, else the one for large temporary files (file-hierarchy(7)). */
async function overlayDirectory(host: Host, store: Store): Promise<string | undefined> {
  // Not in the store's tmp, which is swept: QEMU's file has a name for a moment.
  const candidates = [() => store.workDirectory('state', 'overlays'), async () => '/var/tmp']
  for (const candidate of candidates) {
    try {
      const path = await candidate()
      await host.fs.access(path, host.fs.constants.W_OK | host.fs.constants.X_OK)
      return path
    } catch {
      // A store may be one that can only be read.
    }
  }
  return undefined
}

interface RequestInput {
  readonly host: Host
  readonly plan: VmPlan
  readonly place: VmPlace
  readonly evidenceDirectory: string
}

async function requestOf({ host, plan, place, evidenceDirectory }: RequestInput): Promise<VmRequest> {
  const ssh = await sshOf({ host, plan, place })
  return {
    launch: plan.launch,
    name: place.name,
    directory: place.directory,
    consolePath: evidencePath(evidenceDirectory, 'console'),
    timedConsolePath: evidencePath(evidenceDirectory, 'consoleTimed'),
    logLimitBytes: plan.vm.logLimitBytes,
    guest: plan.launch.agent
      ? {
          hostname: place.name,
          files: ssh?.files ?? [],
          ssh: plan.vm.ssh && plan.agentFirst,
        }
      : undefined,
    facts: {
      vmlinux: plan.kernel.vmlinux ?? null,
      kernel: plan.kernel.image.path,
      release: plan.kernel.release,
      config: plan.kernel.options.source ?? null,
      root: plan.root.path ?? plan.root.kind,
      cwd: plan.shares.cwd,
      user: plan.vm.user ?? null,
      // Commands of `kernelkit exec` see what that of `run` sees, but for --env.
      env: plan.launch.agent ? guestEnvironment(host, plan, { env: [], user: plan.vm.user }) : null,
      source: plan.kernel.sourceTree ?? null,
      modules: plan.kernel.moduleDirectories,
      owner: host.cwd,
      // For programs that are wrapped: what of this machine the guest sees.
      visible: { root: { kind: plan.root.kind }, shares: { mounts: plan.shares.mounts.map(({ at }) => ({ at })) } },
      overlay: plan.launch.overlayDirectory ?? null,
      drives: plan.launch.drives,
      shares: Object.fromEntries(plan.launch.shares.map((share) => [share.tag, share.host])),
      mounts: plan.shares.mounts.map(({ tag, at }) => ({ tag, at })),
      ssh: ssh?.access ?? null,
    },
  }
}

/** Keys of this VM, when a port leads to its ssh server. */
async function sshOf({ host, plan, place }: Omit<RequestInput, 'evidenceDirectory'>): Promise<SshLogin | undefined> {
  const { network, agent } = plan.launch
  const forward =
    network.kind === 'user' && agent ? network.forwards.find((one) => one.protocol === 'tcp' && one.guestPort === 22) : undefined
  if (forward === undefined) return undefined
  const { makeSshAccess } = await import('../ssh/make-ssh-access.ts')
  return makeSshAccess({ host, id: place.id, directory: place.directory, forward })
}
