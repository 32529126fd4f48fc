export { parseDurationMs, parseSizeBytes } from './quantity.ts'
