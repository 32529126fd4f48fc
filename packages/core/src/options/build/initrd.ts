import { parseArch, type Arch } from '../../arch/index.ts'
import { UserError, command, message } from '../../errors/index.ts'
import { choiceOption, readOption, textOption, type RawOptions } from '../given.ts'
import { commandRows } from '../table/index.ts'

export type InitrdCompression = (typeof commandRows)['initrd']['compress']['choices'][number]

/** What initramfs is wanted. */
export interface InitrdSpec {
  /** A directory, an executable or a C file, as the user wrote it. */
  readonly source: string
  readonly arch: Arch
  readonly compression: InitrdCompression
  readonly out: string
}

/** Options and the word of `kernelkit initrd`. */
export function parseInitrdSpec(source: string | undefined, raw: RawOptions, options: { readonly hostArch: string }): InitrdSpec {
  if (source === undefined || source === '') {
    throw new UserError('BAD_OPTION', 'SOURCE is empty; it takes a directory, an executable or a C file.', {
      hint: message`Write for instance ${command('kernelkit initrd hello.c --out hello.cpio.gz')}.`,
      details: { option: 'SOURCE', seen: source ?? '' },
    })
  }
  const compression = choiceOption(raw, commandRows.initrd, 'compress')
  return {
    source,
    arch: readOption(raw, 'arch', parseArch) ?? parseArch(options.hostArch),
    compression,
    out: textOption(raw, 'out') ?? `initrd.cpio${{ gzip: '.gz', none: '', zstd: '.zst' }[compression]}`,
  }
}
