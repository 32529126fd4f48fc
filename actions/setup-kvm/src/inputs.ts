import { commonInputs, type InputRow } from '@kernelkit/action-kit'

/** What action.yml declares. */
export const inputRows: readonly InputRow[] = [
  { name: 'for', kind: 'text' },
  { name: 'arch', kind: 'text' },
  { name: 'compiler', kind: 'text' },
  { name: 'require-kvm', kind: 'flag' },
  { name: 'cache', kind: 'flag' },
  ...commonInputs,
]
