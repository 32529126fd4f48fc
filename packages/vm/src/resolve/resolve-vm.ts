import type { InitSpec, Reader, VmSpec } from '@kernelkit/core/options'
import { claimForwards } from './forwards.ts'

/** A VM that is wanted: the options as they were parsed, and what their caller decides in addition. */
export interface WantedVm {
  readonly spec: VmSpec
  readonly command: 'boot' | 'run'
  /** How hints name options. Default: as flags of the command. */
  readonly reader?: Reader
  /** What was built last for the project comes before what is in the tree. */
  readonly projectKernel?: boolean
  /** What was built and baked for this VM: it comes before what the options leave open. */
  readonly made?: { readonly kernel: string | undefined; readonly image: string | undefined }
  /** Default: the directory that the options name, which is not optional. */
  readonly artifacts?: ArtifactsDirectory | undefined
  /** Default: the directory that the options name, else a new one in the store. */
  readonly evidence?: string
  /** Default: the first process that the options ask for. */
  readonly init?: InitSpec
  /** A cell of a matrix, which shares this machine with others, and may be run again alone. Default: no. */
  readonly isCell?: boolean
}

/** Directory of this host that takes what the guest leaves; as written. */
export interface ArtifactsDirectory {
  readonly path: string
  /** The user did not name it: a guest whose kernel cannot share it does without. */
  readonly isOptional: boolean
}

/** Options whose value depends on this host or on their caller. */
type Unresolved = 'artifacts'

/** A wanted VM on this host: the same options, the open ones replaced by what was decided. */
export interface ResolvedVm extends Omit<VmSpec, Unresolved> {
  readonly command: 'boot' | 'run'
  readonly reader: Reader
  readonly projectKernel: boolean
  readonly artifacts: ArtifactsDirectory | undefined
  readonly isCell: boolean
}

/** Decides what depends on this host and on the caller: the options themselves are never changed. */
export async function resolveVm({
  spec,
  command,
  reader = { door: 'command' },
  projectKernel = false,
  made,
  artifacts,
  evidence,
  init,
  isCell = false,
}: WantedVm): Promise<ResolvedVm> {
  const { artifacts: named, ...settled } = spec
  return {
    ...settled,
    command,
    reader,
    projectKernel,
    isCell,
    kernel: made?.kernel === undefined ? spec.kernel : { kind: 'path', path: made.kernel },
    image: made?.image ?? spec.image,
    init: init ?? spec.init,
    artifacts: artifacts ?? (named === undefined ? undefined : { path: named, isOptional: false }),
    evidence: evidence ?? spec.evidence,
    // Every port is known from here on.
    forwards: await claimForwards(withSsh(spec)),
  }
}

/** `--ssh` needs a port that leads to the server. */
function withSsh(spec: VmSpec): VmSpec['forwards'] {
  const hasSsh = spec.forwards.some((forward) => forward.protocol === 'tcp' && forward.guestPort === 22)
  return spec.ssh && !hasSsh ? [...spec.forwards, { protocol: 'tcp', address: '127.0.0.1', hostPort: 0, guestPort: 22 }] : spec.forwards
}
