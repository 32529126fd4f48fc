import type { CodeEntry } from '../codes.ts'

/** Codes of the vm side. */
export const vmCodes = {
} as const satisfies Record<string, CodeEntry>
