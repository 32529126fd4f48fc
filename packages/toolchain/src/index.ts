export type { ContainerOptions, Engine, ExecOptions, ExecResult, ToolContainer, ToolchainImage } from './contract.ts'
