export {
  indexModules,
  moduleName,
  planModules,
  type ModuleFile,
  type ModuleFiles,
  type ModuleIndex,
  type WantedModule,
} from './module-index.ts'
export { optionModules } from './option-modules.ts'
