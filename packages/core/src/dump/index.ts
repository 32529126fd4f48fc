export { attachVmcoreinfo, type Attached, type DumpFile, type Patch } from './attach-note.ts'
export { noteSymbols, readVmcoreinfo, writeVmcoreinfo, type KernelFacts } from './vmcoreinfo.ts'
export { createPieceReader, isFlattened, type Piece } from './flattened.ts'
