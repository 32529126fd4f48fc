export { addr2line, llvmSymbolizer, type CodePlace, type SymboliserKind } from './symboliser-output.ts'
export { compareKernels, type ExecutableFacts } from './same-kernel.ts'
export { createSymbolTable, type SymbolTable } from './symbol-table.ts'
export {
  elfHeadBytes,
  elfHeaderSize,
  findBuildId,
  nameAt,
  noBits,
  parseElfHeader,
  parseSections,
  readElfProgram,
  type ElfHeader,
  type ElfSection,
} from './elf.ts'
export { expandFrame } from './expand-frame.ts'
export { buildTree, landmarks, repositoryPath, type SourcePaths } from './source-paths.ts'
export { locateFrames, type LocatedFrame, type LocatedReport } from './locate-frames.ts'
