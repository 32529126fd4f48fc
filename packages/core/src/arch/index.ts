export { architectures, findArch, hostArch, parseArch, type Arch, type ArchName, type KernelWord } from './arch.ts'
