import { commonInputs, optionInputs, type InputRow } from '@kernelkit/action-kit'

/** What action.yml declares. */
export const inputRows: readonly InputRow[] = [
  ...optionInputs('kernel'),
  ...commonInputs,
  { name: 'toolchain', kind: 'text' },
  { name: 'make', kind: 'lines' },
  { name: 'cache', kind: 'flag' },
  { name: 'ccache', kind: 'flag' },
  { name: 'ccache-size', kind: 'text' },
]
