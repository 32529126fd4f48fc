export { renderKeyMaterial, type KeyMaterial } from './key-material.ts'
