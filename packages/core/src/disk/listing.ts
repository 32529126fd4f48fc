/** What a directory holds, as find(1) lists it. */
export interface DirectoryListing {
  /** Everything that a change of a file changes, without what is left out. */
  readonly identity: string
  /** Sum of the sizes of all files, each rounded up to a block. */
  readonly bytes: number
  /** Files, directories and links. */
  readonly entries: number
  /** Relative paths that the caller may not read. */
  readonly unreadable: readonly string[]
  /** Something changed so short a time ago that the next change may not show in its times. */
  readonly isFresh: boolean
  /** It has more entries than were asked for. */
  readonly isCut: boolean
}

// Type, mode, owner, size, times, device, inode: what git's index compares. The link's target and the path end with a zero byte, as they may hold anything else.
const format = String.raw`%y %m %U %G %s %T@ %C@ %D:%i\0%l\0%P\0`
const fields = 3

/** Lists at most `entries` of a directory. */
export function listingArgv(directory: string, entries: number): readonly string[] {
  return ['sh', '-c', script, 'sh', directory, String((entries + 1) * fields), format]
}

const script = String.raw`find "$1/" '(' '(' -type f -o -type d ')' ! -readable -printf u -o -printf r ')' -printf "$3" | head -z -n "$2"`

const blockBytes = 4096
// The coarsest clock of file systems in use (FAT), in seconds.
const freshSeconds = 2

/** Reads the answer of {@link listingArgv}; `leftOut` are relative paths, `nowMs` is milliseconds since 1970. */
export function parseListing(
  output: string,
  options: { readonly entries: number; readonly leftOut: readonly string[]; readonly nowMs: number },
): DirectoryListing {
  const parts = output.split('\0')
  const left = new Set(options.leftOut)
  const lines: string[] = []
  const unreadable: string[] = []
  let [bytes, newest, count] = [0, 0, 0]
  for (let at = 0; (parts[at] ?? '') !== ''; at += fields) {
    const [facts = '', target = '', path = ''] = parts.slice(at, at + fields)
    count += 1
    if (isLeftOut(path, left)) continue
    const [type = '', , , , size = '0', , changed = '0'] = facts.slice(1).split(' ')
    if (facts.startsWith('u')) unreadable.push(path)
    if (type === 'f') bytes += Math.ceil(Number(size) / blockBytes) * blockBytes
    newest = Math.max(newest, Number(changed))
    lines.push(`${facts} ${JSON.stringify([path, target])}`)
  }
  return {
    // find lists a directory in the order of its file system.
    identity: lines.toSorted().join('\n'),
    bytes,
    entries: lines.length,
    unreadable,
    isFresh: newest > options.nowMs / 1000 - freshSeconds,
    isCut: count > options.entries,
  }
}

function isLeftOut(path: string, left: ReadonlySet<string>): boolean {
  if (left.size === 0) return false
  for (let part = path; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('/')))) if (left.has(part)) return true
  return false
}
