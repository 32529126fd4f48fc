export {
  bakeRequirements,
  bootRequirements,
  buildRequirements,
  gdbRequirements,
  gitRequirement,
  sshRequirements,
  symboliserRequirements,
} from './requirement-lists.ts'
export { installCommand, missingRequirements, nameOf, packagesOf, requireAll, type Requirement } from './requirements.ts'
