/** What a code means and how it is mended. */
export interface CodeEntry {
  readonly meaning: string
  readonly fix: string
}
