import { commonInputs, optionInputs, type InputRow } from '@kernelkit/action-kit'

/** What action.yml declares. */
export const inputRows: readonly InputRow[] = [
  ...optionInputs('image'),
  ...commonInputs,
  { name: 'toolchain', kind: 'text' },
  { name: 'cache', kind: 'flag' },
]
