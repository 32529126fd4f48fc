export {
  bakeImage,
  imageFileName,
  planBake,
  prepareMeans,
  type BakeOptions,
  type BakePlan,
  type BakeResult,
  type BakeSeconds,
} from './bake.ts'
export { copyImage } from './copy-image.ts'
export { compileStatic, compileStaticArgv } from './compile-static.ts'
export { makeInitrd, type InitrdResult } from './initrd.ts'
export { walkTree, type TreeEntry } from './walk-tree.ts'
export { writeInitrd } from './write-initrd.ts'
