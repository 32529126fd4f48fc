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
  STEP_FILES: {
    meaning: 'What a step in a kept VM wrote to GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH or GITHUB_STEP_SUMMARY cannot be read.',
    fix: 'Leave these files of the guest in place, and write only text to them.',
  },
} as const satisfies Record<string, CodeEntry>
