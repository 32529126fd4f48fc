export { architectures, findArch, parseArch, type Arch, type ArchName } from './arch.ts'
