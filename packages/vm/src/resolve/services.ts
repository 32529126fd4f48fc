import type { AccelName, Arch, ArchName } from '@kernelkit/core/arch'

/** Where a kernel or image of the store came from. */
export interface StoredArtifact {
  readonly path: string
  /** Why it is this one, such as `last built for /src/linux`. */
  readonly why: string
}

/** What the decisions need from the machine in addition to files; the implementation caches each answer. */
export interface PlanServices {
  /** KVM, proven by the probe guest. */
  probeKvm(qemu: string, arch: Arch): Promise<{ readonly accel: AccelName; readonly reason: string; readonly seconds: number }>
  /** Frequency of the time stamp counter, `undefined` when it cannot be measured. */
  tscKhz(): Promise<number | undefined>
  /** Initramfs with the guest agent. */
  agentInitrd(arch: ArchName): Promise<string>
  /** The user's initramfs followed by the agent's. */
  agentAfter(arch: ArchName, user: string): Promise<string>
  /** What `build` or `bake` last answered for this project and architecture. */
  ofProject(kind: 'kernel' | 'image', arch: ArchName): Promise<StoredArtifact | undefined>
  /** The store's newest kernel of an architecture, of any project. */
  newestKernel(arch: ArchName): Promise<StoredArtifact | undefined>
}
