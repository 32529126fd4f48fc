import type { CodeEntry } from '../code-entry.ts'

/** Codes of the toolchain container: the engine, its images, what runs inside. */
export const toolchainCodes = {
  NO_ENGINE: {
    meaning: 'No Docker Engine answers; the message lists each place that was tried and what it said.',
    fix: 'Start one, set DOCKER_HOST, or use --toolchain host.',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>
