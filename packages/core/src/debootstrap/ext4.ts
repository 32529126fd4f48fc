/**
 * ext4 features, all named so that no /etc/mke2fs.conf or version changes them. What Debian's installer
 * makes, without a journal: a guest's disk is thrown away, and the journal would be 64 MiB of every image.
 */
const features = [
  'none',
  'ext_attr',
  'dir_index',
  'filetype',
  'extent',
  'flex_bg',
  'sparse_super',
  'large_file',
  'huge_file',
  'dir_nlink',
  'extra_isize',
  'metadata_csum',
  '64bit',
]

export interface Ext4Options {
  /** Sparse file of the wanted size. */
  readonly image: string
  /** Directory whose contents become the root. */
  readonly tree: string
  readonly uuid: string
}

/** `mkfs.ext4 -d`: a filled file system without a mount. */
export function mkfsArgv({ image, tree, uuid }: Ext4Options): readonly string[] {
  // prettier-ignore
  return [
    'mkfs.ext4',
    '-q', '-F',
    '-t', 'ext4',
    '-b', '4096',
    '-I', '256',
    // One inode per 16 KiB, as ext4 has by default.
    '-i', '16384',
    // No blocks set aside for root, who is the only user.
    '-m', '0',
    '-e', 'remount-ro',
    '-O', features.join(','),
    '-U', uuid,
    // Fixed seed of directory hashes; tables written now (as holes), not by the guest; no discard of a new file.
    '-E', `hash_seed=${uuid},lazy_itable_init=0,nodiscard,root_owner=0:0`,
    '-d', tree,
    image,
  ]
}

/** What mke2fs and debugfs must see so that they write nothing of this host or moment (e2fsprogs: misc/mke2fs.c, lib/ext2fs). */
export function ext4Environment(epoch: number): Readonly<Record<string, string>> {
  return { MKE2FS_CONFIG: '/dev/null', E2FSPROGS_FAKE_TIME: String(epoch), SOURCE_DATE_EPOCH: String(epoch), LC_ALL: 'C', TZ: 'UTC0' }
}

/** A UUID made of key digits: the same key gives the same one (RFC 9562, version 8: free form). */
export function uuidFromKey(key: string): string {
  const digits = key
    .toLowerCase()
    .replaceAll(/[^0-9a-f]/g, '')
    .padEnd(32, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}

// Of what dumpe2fs prints: the root, and everything above the reserved inodes that no group lists as free.
const usedInodes = `function used(inode) { print "sif <" inode "> ctime @" epoch; print "sif <" inode "> atime @" epoch }
/^Inode count:/ { count = $3 }
/^First inode:/ { next_one = $3; used(2) }
/^ +Free inodes: / {
  sub(/^ +Free inodes: */, "")
  ranges = split($0, range, /, */)
  for (i = 1; i <= ranges; i++) {
    if (split(range[i], ends, "-") == 0) continue
    last = ends[2] == "" ? ends[1] : ends[2]
    for (; next_one < ends[1] + 0; next_one++) used(next_one)
    if (last + 1 > next_one) next_one = last + 1
  }
}
END {
  if (!(count > 0) || !(next_one > 0)) exit 1
  for (; next_one <= count; next_one++) used(next_one)
}`

/** From what dumpe2fs prints to the debugfs commands that replace the times which mke2fs copied from the host's inodes. */
export function fixedTimesArgv(epoch: number): readonly string[] {
  return ['awk', '-v', `epoch=${epoch}`, usedInodes]
}

/** Writes these commands for an image to `IMAGE.times`. */
export function writeTimesArgv({ image, epoch }: { readonly image: string; readonly epoch: number }): readonly string[] {
  return ['sh', '-c', 'image=$1; shift; dumpe2fs "$image" | "$@" > "$image.times"', 'sh', image, ...fixedTimesArgv(epoch)]
}
