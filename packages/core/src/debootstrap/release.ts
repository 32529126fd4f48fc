/** What of a suite's Release file shapes an image. */
export interface SuiteRelease {
  /** Seconds since 1970. */
  readonly date: number
  readonly validUntil: number | undefined
  readonly suite: string | undefined
  readonly architectures: readonly string[]
  readonly components: readonly string[]
}

/** The fields of a Release or InRelease file (https://wiki.debian.org/DebianRepository/Format); `undefined` for any other file. */
export function parseRelease(text: string): SuiteRelease | undefined {
  const field = (name: string): string | undefined => new RegExp(`^${name}:[ \\t]*(.+?)[ \\t]*$`, 'm').exec(text)?.[1]
  const date = seconds(field('Date'))
  if (date === undefined) return undefined
  return {
    date,
    validUntil: seconds(field('Valid-Until')),
    suite: field('Suite'),
    architectures: words(field('Architectures')),
    // `updates/main` in older security archives.
    components: words(field('Components')).map((name) => name.slice(name.lastIndexOf('/') + 1)),
  }
}

function seconds(date: string | undefined): number | undefined {
  const ms = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}

function words(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(/\s+/)
}
