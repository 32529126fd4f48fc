import type { CodeEntry } from '../code-entry.ts'

/** Codes of the Actions. */
export const actionCodes = {
  BAD_INPUT: {
    meaning: 'An input of an action is unknown, or has a value that is not allowed.',
    fix: 'Read the allowed names and values in the message, or in the README of the action.',
  },
  KVM_REQUIRED: {
    meaning: '`require-kvm: true` was asked for, but no guest runs under KVM on this runner.',
    fix: 'Use a runner with nested virtualisation (GitHub: Linux x64), or leave require-kvm out: VMs are then emulated.',
  },
} as const satisfies Record<string, CodeEntry>
