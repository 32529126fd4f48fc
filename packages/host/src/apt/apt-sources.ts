/** One archive that apt is configured with, for one suite. */
export interface AptSource {
  readonly uri: string
  readonly suite: string
  readonly components: readonly string[]
  /** Path of the keyring, where the entry names one. */
  readonly keyring: string | undefined
  /** An armored key inside the entry (deb822 only). */
  readonly armoredKey: string | undefined
  /** The file with the entry. */
  readonly file: string
}

type Values = Readonly<Record<string, string | undefined>>

/** Binary archives of a one-line file (`sources.list`, `*.list`; man 5 sources.list). */
export function parseOneLineSources(text: string, file: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+\S+)*)$/.exec(line.replace(/#.*/, '').trim())
    if (match === null) return []
    const [, options = '', uri = '', suite = '', components = ''] = match
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]
    return [{ uri, suite, components: words(components), file, ...keyOf(signedBy) }]
  })
}

/** Binary archives of a deb822 file (`*.sources`): stanzas, one source per URI and suite. */
export function parseDeb822Sources(text: string, file: string): readonly AptSource[] {
  return parseStanzas(text).flatMap((stanza) => {
    if (!words(stanza['types']).includes('deb') || /^(no|false|0|off|disable)$/i.test(stanza['enabled']?.trim() ?? '')) return []
    const key = keyOf(stanza['signed-by'])
    return words(stanza['uris']).flatMap((uri) =>
      words(stanza['suites']).map((suite) => ({ uri, suite, components: words(stanza['components']), file, ...key })),
    )
  })
}

function parseStanzas(text: string): readonly Values[] {
  const stanzas: Record<string, string>[] = []
  let stanza: Record<string, string> | undefined
  let name = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue
    if (line.trim() === '') {
      stanza = undefined
      continue
    }
    if (stanza === undefined) stanzas.push((stanza = {}))
    const match = /^([^\s:]+):(.*)$/.exec(line)
    if (match?.[1] !== undefined) {
      name = match[1].toLowerCase()
      stanza[name] = (match[2] ?? '').trim()
    } else if (/^\s/.test(line)) {
      // A line that only holds a dot stands for an empty one.
      const more = line.slice(1)
      stanza[name] = `${stanza[name] ?? ''}\n${more === '.' ? '' : more}`
    }
  }
  return stanzas
}

function keyOf(signedBy: string | undefined): Pick<AptSource, 'keyring' | 'armoredKey'> {
  const value = signedBy?.trim()
  if (value?.startsWith('-----BEGIN') === true) return { keyring: undefined, armoredKey: `${value}\n` }
  // Several keyrings and fingerprints are allowed; a path is what bootstrap tools understand.
  const path = value?.split(/[\s,]+/).find((word) => word.startsWith('/'))
  return { keyring: path, armoredKey: undefined }
}

function words(value: string | undefined): readonly string[] {
  return (value ?? '').split(/\s+/).filter((word) => word !== '')
}

/**
 * Those sources that are (a mirror of) the distribution's own archive and may serve the suite, the
 * likeliest first: those that apt uses for this very suite, then those that it uses for another
 * suite of the archive. Archives of third parties use the same suite and component names, so the
 * keyring, the neighbouring suites and the last directory of the address decide.
 */
export function archiveSources(sources: readonly AptSource[], suite: string): readonly AptSource[] {
  const candidates = sources.filter(
    ({ uri, suite: one, components }) =>
      /^https?:\/\//.test(uri) && !uri.includes('$(') && components.includes('main') && !/[-/]/.test(one),
  )
  const scored = candidates.map((source) => ({ source, isExact: source.suite === suite, score: archiveScore(source, sources) }))
  // An only, unmarked source for the suite itself may well be a company's mirror.
  const likely = scored.filter(({ isExact, score }) => score >= (isExact ? 0 : 1))
  const sorted = likely.toSorted((a, b) => Number(b.isExact) - Number(a.isExact) || b.score - a.score).map(({ source }) => source)
  return sorted.filter((source, index) => sorted.findIndex(({ uri }) => uri === source.uri) === index)
}

function archiveScore(source: AptSource, all: readonly AptSource[]): number {
  const isDistributionKey = source.keyring !== undefined && /(debian|ubuntu)-archive/.test(source.keyring)
  const isForeignKey = source.armoredKey !== undefined || (source.keyring !== undefined && !isDistributionKey)
  const hasUpdates = all.some(({ uri, suite }) => uri === source.uri && suite === `${source.suite}-updates`)
  const hasName = /\/(debian|ubuntu|ubuntu-ports)\/?$/.test(source.uri)
  return (isDistributionKey ? 4 : 0) + (hasUpdates ? 2 : 0) + (hasName ? 1 : 0) - (isForeignKey ? 3 : 0)
}

/** Sources of Debian's archive of security updates (`debian-security`, suites `SUITE-security`), each address once. */
export function securitySources(sources: readonly AptSource[]): readonly AptSource[] {
  const found = sources.filter(
    ({ uri, suite, components }) =>
      /^https?:\/\//.test(uri) &&
      !uri.includes('$(') &&
      components.includes('main') &&
      suite.endsWith('-security') &&
      /security\/?$/.test(uri),
  )
  return found.filter((source, index) => found.findIndex(({ uri }) => uri === source.uri) === index)
}
