export { heldPaths } from './held-paths.ts'
export { hostPathsIn } from './host-paths.ts'
export { wrappedVariables } from './wrapped-variables.ts'
export { parseCarriedFiles, type CarriedHeader } from './carried-files.ts'
