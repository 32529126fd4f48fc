import type { CodeEntry } from '../codes.ts'

/** Codes of the image side. */
export const imageCodes = {
} as const satisfies Record<string, CodeEntry>
