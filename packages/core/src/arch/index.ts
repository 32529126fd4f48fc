export { architectures, findArch, hostArch, parseArch, type Arch, type ArchName } from './arch.ts'
