/** What the beginning of a compressed kernel image says. */
export interface ImageHeader {
  /** Where the text `6.12.1 (user@host) …` is in the file, up to a zero byte. */
  readonly versionAt: number | undefined
  /** Where the compressed kernel is in the file. */
  readonly payload: { readonly offset: number; readonly size: number } | undefined
}

/** Bytes of a file that every row's `readImage` is content with. */
export const imageHeadBytes = 4096
