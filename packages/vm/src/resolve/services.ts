import type { Veil } from '@kernelkit/core/confine'
import type { ShareDaemon } from '@kernelkit/core/qemu'
import type { AccelName, Arch, ArchName } from '@kernelkit/core/arch'
import type { DirectoryDisk, DirectoryDiskRequest } from '../guest/directory-disk.ts'
import type { PackagedKernel } from '../reference/prepare-kernel.ts'
import type { PreparedKernel } from '../reference/store-kernel.ts'

/** Where a kernel or image of the store came from. */
export interface StoredArtifact {
  readonly path: string
  /** Why it is this one, such as `last built for /src/linux`. */
  readonly why: string
}

/** A module that the agent loads before it opens its channel. */
export interface LoadedModule {
  readonly name: string
  /** Absolute path of its file on this host, which may be compressed. */
  readonly file: string
  /** The guest starts without it. */
  readonly optional: boolean
}

/** What the decisions need from the machine in addition to files; the implementation caches each answer. */
export interface PlanServices {
  /** KVM, proven by the probe guest. */
  probeKvm(qemu: string, arch: Arch): Promise<{ readonly accel: AccelName; readonly reason: string; readonly seconds: number }>
  /** The version of a QEMU program, such as `7.2.22`; `undefined` when it prints none, as a wrapper may. */
  qemuVersion(qemu: string, arch: Arch): Promise<string | undefined>
  /** Frequency of the time stamp counter, `undefined` when it cannot be measured. */
  tscKhz(): Promise<number | undefined>
  /** Initramfs with the guest agent. */
  agentInitrd(arch: ArchName): Promise<string>
  /** The user's initramfs followed by the agent's. */
  agentAfter(arch: ArchName, user: string): Promise<string>
  /** A kernel of packages, fetched and unpacked into the store. */
  prepareKernel(
    reference: PackagedKernel,
    options: { readonly arch: ArchName; readonly mirror: string | undefined; readonly symbols: boolean },
  ): Promise<PreparedKernel>
  /** An initramfs followed by modules, which the agent in it loads in this order. */
  withModules(initrd: string, modules: readonly LoadedModule[], arch: ArchName): Promise<string>
  /** An initramfs followed by busybox and its commands, and what came of it as the decisions print it: where none is found, the same and why. */
  withBusybox(
    initrd: string,
    options: { readonly arch: ArchName; readonly mirror: string | undefined },
  ): Promise<{ readonly initrd: string; readonly shown: string }>
  /** The virtiofsd of this host, `undefined` when it has none that this user can run. */
  shareDaemon(): Promise<ShareDaemon | undefined>
  /** The layers of veils over homes, made once. */
  veilLayers(homes: readonly Veil[]): Promise<string>
  /** A disk with the content of a directory, made once. */
  directoryDisk(request: DirectoryDiskRequest): Promise<DirectoryDisk>
  /** What `build` or `bake` last answered for this project and architecture. */
  ofProject(kind: 'kernel' | 'image', arch: ArchName): Promise<StoredArtifact | undefined>
  /** The store's newest kernel of an architecture, of any project. */
  newestKernel(arch: ArchName): Promise<StoredArtifact | undefined>
}
