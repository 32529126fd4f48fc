/**
 * What core may use of the platform in addition to the language: both exist in every
 * Node line and browser, and neither reads nor writes anything outside memory.
 * `types: []` hides them, so they are declared here and nowhere else.
 */
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: Uint8Array, options?: { stream?: boolean }): string
}

declare class URL {
  constructor(url: string, base?: string)
  readonly href: string
  readonly protocol: string
  readonly hostname: string
  readonly pathname: string
  readonly hash: string
  readonly username: string
  readonly password: string
  static canParse(url: string, base?: string): boolean
}
