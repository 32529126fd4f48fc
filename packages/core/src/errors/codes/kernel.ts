import type { CodeEntry } from '../codes.ts'

/** Codes of the kernel side. */
export const kernelCodes = {
} as const satisfies Record<string, CodeEntry>
