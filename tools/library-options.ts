import { libraryRows } from '@kernelkit/core/options/library'

/** packages/vm/src/library/boot-vm-options.ts: the options of `bootVm` from the option table, each with what an editor shows. */
export function renderLibraryOptions(): string {
  const members = libraryRows().map(
    ({ name, type, help, otherwise }) => `  /** ${sentence(help)} Default: ${otherwise}. */\n  readonly ${name}?: ${type} | undefined\n`,
  )
  return [
    '// Written by `npm run docs` from packages/core/src/options/table.',
    "import type { GuestShare } from './guest-types.ts'",
    '',
    '/** What the guest is: the options of `kernelkit run` that make sense in a program, with the same defaults. */',
    'export interface BootVmOptions {',
    `${members.join('')}}`,
    '',
  ].join('\n')
}

function sentence(text: string): string {
  const end = text.endsWith('.') ? '' : '.'
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`
}
