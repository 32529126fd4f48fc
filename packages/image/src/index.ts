export { bakeImage, imageFileName, planBake, prepareMeans, type BakeOptions, type BakePlan, type BakeResult, type BakeSeconds } from './bake.ts'
export { copyImage } from './copy-image.ts'
