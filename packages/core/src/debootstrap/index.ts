export {
  debootstrapArgv,
  defaultPackages,
  imageSourceLine,
  mmdebstrapArgv,
  packTreeArgv,
  type BootstrapOptions,
  type BootstrapTool,
  type PackageSource,
} from './bootstrap-argv.ts'
export { baseCommand, type BaseOptions } from './base-command.ts'
export { explainBootstrapFailure } from './bootstrap-failure.ts'
export type { CustomisationStep } from './customisation-step.ts'
export { customisationSteps, type CustomisationOptions } from './customisation.ts'
export { ext4Environment, uuidFromKey, writeTimesArgv, type Ext4Options } from './ext4.ts'
export { parseDpkgStatus, type InstalledPackage } from './installed-packages.ts'
export { chooseBakeTools, chooseContainerTools, type BakeHostFacts, type BakeTools, type Privilege } from './privilege.ts'
export { parseRelease, type SuiteRelease } from './release.ts'
export { assembleScript, stageMark, supervisorScript, workFiles, type AssembleOptions } from './scripts.ts'
export { renderCustomisation } from './render-customisation.ts'
