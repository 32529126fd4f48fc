import { compareVersions } from '../packages/package-index.ts'
import { seriesOf } from './findings.ts'

/** A kernel that mirrors or the store offer. */
export interface OfferedKernel {
  /** The word for `-k`. */
  readonly reference: string
  /** Its package, such as linux-image-6.1.0-50-cloud-amd64; of a kernel in the store its release. */
  readonly name: string
  /** Of the package; absent for one that only the store has. */
  readonly version: string | undefined
}

/** A kernel to probe; candidates are in the order of their series, the oldest first. */
export interface Candidate {
  readonly reference: string
  /** `6.1`; absent where the user has named the kernel. */
  readonly series: string | undefined
  /** What it is called in reports: its version, or the word itself. */
  readonly title: string
}

/** The newest kernel of each series (`6.1`, `6.12`) of one flavour; those that a mirror has win over those that only the store has. */
export function chooseCandidates(offers: readonly OfferedKernel[], flavour: string | undefined): readonly Candidate[] {
  const best = new Map<string, OfferedKernel & { readonly own: string }>()
  for (const offer of offers) {
    const own = offer.version ?? offer.name
    const series = seriesOf(own.replace(/^\d+:/, ''))
    // A release candidate is not a release of its series.
    if (series === undefined || flavourOf(offer.name) !== flavour || /[~-]rc\d/.test(own)) continue
    const known = best.get(series)
    const isBetter =
      known === undefined ||
      (known.version === undefined && offer.version !== undefined) ||
      ((known.version === undefined) === (offer.version === undefined) && compareVersions(own, known.own) > 0)
    if (isBetter) best.set(series, { ...offer, own })
  }
  return [...best].toSorted(([a], [b]) => compareVersions(a, b)).map(([series, { reference, own }]) => ({ reference, series, title: own }))
}

/** `cloud` of linux-image-6.1.0-50-cloud-amd64 and of 6.1.0-50-cloud-amd64; the general kernel of an architecture has none. */
export function flavourOf(name: string): string | undefined {
  const words = name.split('-')
  // The last word is the architecture; what begins with a digit belongs to the release.
  const word = words.at(-2) ?? ''
  return /^[a-z][a-z0-9]*$/.test(word) && word !== 'image' ? word : undefined
}

export function flavoursOf(offers: readonly OfferedKernel[]): readonly (string | undefined)[] {
  return [...new Set(offers.filter(({ version }) => version !== undefined).map(({ name }) => flavourOf(name)))]
}

/** The line for a README: what the search has found, and what it was found by. */
export function requirementLine(found: Candidate, last: Candidate | undefined, wanted: 'pass' | 'fail'): string {
  const nameOf = ({ series, title }: Candidate) => series ?? title
  const other = wanted === 'pass' ? 'fails' : 'passes'
  const own = wanted === 'pass' ? 'passes' : 'fails'
  const proof = last === undefined ? `${own} on ${found.title}` : `${other} on ${last.title}, ${own} on ${found.title}`
  if (wanted === 'fail') return `Works before Linux ${nameOf(found)} (${proof}).`
  return last === undefined
    ? `Works with Linux ${nameOf(found)} or later, and perhaps with older kernels (${proof}).`
    : `Requires Linux ${nameOf(found)} or later (${proof}).`
}
