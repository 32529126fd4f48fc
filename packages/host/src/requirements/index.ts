export {
  bakeRequirements,
  bootRequirements,
  buildRequirements,
  debRequirements,
  distributionKernelRequirements,
  imageKernelRequirements,
  rpmRequirements,
  crashRequirement,
  drgnRequirement,
  gdbRequirements,
  gitRequirement,
  moduleRequirements,
  sshRequirements,
  symboliserRequirements,
} from './requirement-lists.ts'
export { installCommand, missingRequirements, nameOf, packagesOf, requireAll, type Requirement } from './requirements.ts'
