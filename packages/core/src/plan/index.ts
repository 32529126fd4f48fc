export type { BuildCall, ContainerRequest, EngineCall } from './engine-call.ts'
export type {
  CopyStep,
  EngineStep,
  MakeDirectoryStep,
  MirrorStep,
  PackStep,
  Plan,
  PlanVariable,
  RunStep,
  Step,
  TransferStep,
  UpdateStep,
  WriteStep,
} from './plan.ts'
export { renderScript, type ScriptOptions } from './render-script.ts'
