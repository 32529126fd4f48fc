import type { ArchName } from '../arch/index.ts'

/** What a toolchain image is asked for. */
export interface ToolchainSpec {
  /** `gcc`, `gcc-12`, `clang`, `clang-18`: a compiler that the suite offers. */
  readonly compiler: string
  /** Debian or Ubuntu suite of its base, such as `bookworm`. */
  readonly suite: string
  /** Architectures of the kernels that it builds. */
  readonly targets: readonly ArchName[]
  /** `build`: compilers and bootstrap tools; `whole`: also QEMU, Node and the kernelkit command. */
  readonly kind: 'build' | 'whole'
}

/** A directory or file of the host, seen in the container at the same path. */
export interface ContainerMount {
  /** Absolute, on both sides. */
  readonly path: string
  readonly readOnly: boolean
}

export interface ContainerLimits {
  readonly memoryMiB?: number
  readonly cpus?: number
}
