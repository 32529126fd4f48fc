/** What an rpm package says of itself, and the digests that its parts must have. */
export interface RpmPackage {
  readonly name: string
  /** `VERSION-RELEASE`. */
  readonly version: string
  /** As rpm writes it; `noarch` for any. */
  readonly arch: string
  /** Where its main header is in the file, and the sha256 that it must have. */
  readonly header: { readonly offset: number; readonly size: number; readonly sha256: string }
  /** The compressed files: all that follows, and the sha256 that it must have. */
  readonly payload: { readonly offset: number; readonly sha256: string }
}

/** Why a file is not such a package, as a clause. */
export interface RpmRefusal {
  readonly reason: string
}

// Numbers of tags: rpm's include/rpm/rpmtag.h.
const signatureSha256 = 273
const tags = { name: 1000, version: 1001, release: 1002, arch: 1022, payloadDigest: 5092, payloadDigestAlgorithm: 5093 } as const
// RFC 4880, 9.4; rpm has no other since 4.14.
const sha256Algorithm = 8
// Size of the lead, of a header's preamble and of an entry of its index: rpm's docs/manual/format_v4.md.
const leadBytes = 96
const preambleBytes = 16
const entryBytes = 16
const headerMagic = 0x8eade801
const types = { int32: 4, string: 6, stringArray: 8 } as const
// Limits of rpm's own reader, lib/header.c: entries, and bytes of their data.
const mostEntries = 0x0000ffff
const mostBytes = 0x0fffffff

/** Reads lead, signature and main header; `file` needs to hold no more than these. */
export function readRpm(file: Uint8Array): RpmPackage | RpmRefusal {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.byteLength < leadBytes + preambleBytes || view.getUint32(0) !== 0xedabeedb)
    return { reason: 'it does not begin as an rpm package does' }
  const signature = readHeader(view, leadBytes)
  if (signature === undefined) return { reason: 'its signature header is cut short or damaged' }
  const header = readHeader(view, leadBytes + Math.ceil(signature.size / 8) * 8)
  if (header === undefined) return { reason: 'its header is cut short or damaged' }
  const headerSha256 = signature.text(signatureSha256)
  const payloadSha256 = header.text(tags.payloadDigest)
  if (
    headerSha256 === undefined ||
    payloadSha256 === undefined ||
    (header.number(tags.payloadDigestAlgorithm) ?? sha256Algorithm) !== sha256Algorithm
  )
    return { reason: 'it has no sha256 digests: it was made by rpm before 4.14' }
  return {
    name: header.text(tags.name) ?? '',
    version: `${header.text(tags.version) ?? ''}-${header.text(tags.release) ?? ''}`,
    arch: header.text(tags.arch) ?? '',
    header: { offset: header.offset, size: header.size, sha256: headerSha256 },
    payload: { offset: header.offset + header.size, sha256: payloadSha256 },
  }
}

interface RpmHeader {
  readonly offset: number
  readonly size: number
  /** The first text of a tag. */
  text(tag: number): string | undefined
  number(tag: number): number | undefined
}

function readHeader(view: DataView, offset: number): RpmHeader | undefined {
  if (offset + preambleBytes > view.byteLength || view.getUint32(offset) !== headerMagic) return undefined
  const [entries, bytes] = [view.getUint32(offset + 8), view.getUint32(offset + 12)]
  const store = offset + preambleBytes + entries * entryBytes
  if (entries > mostEntries || bytes > mostBytes || store + bytes > view.byteLength) return undefined
  const find = (tag: number, kinds: readonly number[]): number | undefined => {
    for (let at = offset + preambleBytes; at < store; at += entryBytes) {
      if (view.getUint32(at) !== tag || !kinds.includes(view.getUint32(at + 4))) continue
      const place = view.getUint32(at + 8)
      return place < bytes ? store + place : undefined
    }
    return undefined
  }
  return {
    offset,
    size: preambleBytes + entries * entryBytes + bytes,
    text: (tag) => {
      const start = find(tag, [types.string, types.stringArray])
      if (start === undefined) return undefined
      let text = ''
      // Names, versions and digests are ASCII; nothing of them is long.
      for (let at = start; at < store + bytes && view.getUint8(at) !== 0 && text.length < 1024; at++)
        text += String.fromCharCode(view.getUint8(at))
      return text
    },
    number: (tag) => {
      const at = find(tag, [types.int32])
      return at === undefined || at + 4 > store + bytes ? undefined : view.getUint32(at)
    },
  }
}
