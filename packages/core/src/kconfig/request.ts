/** Who asked for an option, from the weakest to the strongest. */
export type OriginKind = 'base' | 'always' | 'preset' | 'file' | 'command'

export interface ConfigOrigin {
  readonly kind: OriginKind
  /** What a message shows: `net/config:31`, `--config EXT4_FS=y`, `preset debian`. */
  readonly where: string
  /** Why the option is wanted, where that is known. */
  readonly why?: string
}

/** One option that was asked for. Symbols carry no `CONFIG_`; strings carry no quotes. */
export interface ConfigRequest {
  readonly symbol: string
  readonly value: ConfigValue
  readonly origin: ConfigOrigin
  /** Not worth a failure when the tree does not know it or cannot set it. */
  readonly optional: boolean
}

/** How an option without a number or text is switched. */
export type SwitchValue = 'y' | 'n'

export type ConfigValue =
  | { readonly kind: 'tristate'; readonly value: 'y' | 'm' | 'n' }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'string'; readonly value: string }

/** True for requests of the user, whose `n` forbids what others would switch on. */
export function isUserOrigin(origin: ConfigOrigin): boolean {
  return origin.kind === 'file' || origin.kind === 'command'
}

/** The last request of each symbol wins; the result keeps the order of the winning requests. */
export function mergeRequests(requests: readonly ConfigRequest[]): readonly ConfigRequest[] {
  const winners = new Map<string, ConfigRequest>()
  for (const request of requests) {
    winners.delete(request.symbol)
    winners.set(request.symbol, request)
  }
  return [...winners.values()]
}

/** Words of the user that another word of the user overrules with a different value. */
export function overruledRequests(
  requests: readonly ConfigRequest[],
): readonly { readonly request: ConfigRequest; readonly by: ConfigRequest }[] {
  const winners = new Map(mergeRequests(requests).map((request) => [request.symbol, request]))
  return requests.flatMap((request) => {
    const by = winners.get(request.symbol)
    if (by === undefined || !isUserOrigin(request.origin) || !isUserOrigin(by.origin)) return []
    return by.value.value === request.value.value ? [] : [{ request, by }]
  })
}
