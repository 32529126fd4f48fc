import { parseArch, type Arch } from '../arch/index.ts'
import { badOption, choiceOption, textOption, type RawRecord } from './raw-options.ts'

const initrdCompressions = ['gzip', 'none', 'zstd'] as const
export type InitrdCompression = (typeof initrdCompressions)[number]

/** What initramfs is wanted. */
export interface InitrdSpec {
  /** A folder, an executable or a C file, as the user wrote it. */
  readonly source: string
  readonly arch: Arch
  readonly compression: InitrdCompression
  readonly out: string
}

export function parseInitrdSpec(source: string | undefined, raw: RawRecord, options: { readonly hostArch: string }): InitrdSpec {
  if (source === undefined || source === '')
    throw badOption('SOURCE', source ?? '', 'a folder, an executable or a C file', 'kernelkit initrd hello.c --out hello.cpio.gz')
  const compression = choiceOption(raw, 'compress', initrdCompressions) ?? 'gzip'
  return {
    source,
    arch: parseArch(textOption(raw, 'arch') ?? options.hostArch),
    compression,
    out: textOption(raw, 'out') ?? `initrd.cpio${{ gzip: '.gz', none: '', zstd: '.zst' }[compression]}`,
  }
}
