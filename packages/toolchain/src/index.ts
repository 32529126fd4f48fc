export type { ContainerOptions, Engine, ExecOptions, ExecResult, ToolContainer, ToolchainImage } from './contract.ts'
export { containerHost, type ContainerHostOptions } from './container/container-host.ts'
export { openContainer } from './container/open-container.ts'
export { attachProgram, type AttachOptions, type AttachTerminal } from './attach/attach-program.ts'
export type {
  ListedToolchain,
  ObtainToolchainOptions,
  PrunedToolchains,
  PruneToolchainsOptions,
  ToolchainPlan,
  ToolFiles,
} from './contract.ts'
export { connectEngine } from './engine/connect-engine.ts'
export { listToolchainImages, type ListToolchainsOptions } from './image/list-toolchain-images.ts'
export { obtainToolchainImage } from './image/obtain-toolchain-image.ts'
export { defaultSuite, planToolchain, type PlanToolchainOptions } from './image/plan-toolchain.ts'
export { pruneToolchains } from './image/prune-toolchains.ts'
