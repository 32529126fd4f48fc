export type { ContainerLimits, ContainerMount, ToolchainSpec } from './toolchain.ts'
