/** What every command reads of a kernelkit.yaml; `core/project` has the tests and matrices of it, too. */
export { applyProjectFile, placesOf } from '../apply-project-file.ts'
export { unsureConfigs } from '../locate-paths.ts'
export { parseProjectFile } from '../parse-project-file.ts'
export { reachingValues } from '../reach.ts'
