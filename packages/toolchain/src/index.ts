import '@kernelkit/host/require-node'
export type { ContainerOptions, ExecOptions, ExecResult, ToolContainer } from './container/tool-container.ts'
export type { Engine } from './engine/engine.ts'
export type { ToolchainImage } from './image/toolchain-image.ts'
export { containerHost, type ContainerHostOptions } from './container/container-host.ts'
export { placeInside, withContainer } from './container/place-plan.ts'
export { openContainer } from './container/open-container.ts'
export { attachProgram, type AttachOptions, type AttachTerminal } from './attach/attach-program.ts'
export type {
  ListedToolchain,
  ObtainToolchainOptions,
  PrunedToolchains,
  PruneToolchainsOptions,
  ToolchainPlan,
  ToolFiles,
} from './image/toolchain-image.ts'
export { connectEngine } from './engine/connect-engine.ts'
export { bytesOfImages, listToolchainImages, type ListToolchainsOptions } from './image/list-toolchain-images.ts'
export { listToolchainSteps, obtainToolchainImage } from './image/obtain-toolchain-image.ts'
export { defaultSuite, planToolchain, type PlanToolchainOptions } from './image/plan-toolchain.ts'
export { pruneToolchains } from './image/prune-toolchains.ts'
