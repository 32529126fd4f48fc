/** How a directory becomes a disk that a guest only reads. */
export interface DiskFormat {
  /** As mount(8) takes it. */
  readonly fsType: 'erofs' | 'squashfs' | 'ext4'
  /** What the kernel needs to mount it. */
  readonly options: readonly string[]
  readonly program: string
  /** Debian's package of the program. */
  readonly package: string
  /** A guest can write to it: what it writes is for QEMU to keep or to forget. */
  readonly isWritable: boolean
  /** Whether the program can leave paths out. */
  readonly leavesOut: boolean
  readonly argv: (input: PackInput) => readonly string[]
}

export interface PackInput {
  /** Absolute. */
  readonly directory: string
  /** The file that becomes the disk. */
  readonly to: string
  /** Sum of the sizes of all files, each rounded up to a block. */
  readonly bytes: number
  /** Files, directories and links. */
  readonly entries: number
  /** Relative to the directory. */
  readonly leftOut: readonly string[]
}

// Tables of blocks, group descriptors, directories.
const ext4SpareKiB = 16_384

/** In the order of preference: erofs is not compressed, so a guest reads it as fast as its disk; ext4 needs a tool that every Debian has. */
export const diskFormats: readonly DiskFormat[] = [
  {
    fsType: 'erofs',
    options: ['EROFS_FS'],
    program: 'mkfs.erofs',
    package: 'erofs-utils',
    isWritable: false,
    leavesOut: true,
    argv: ({ directory, to, leftOut }) => [
      'mkfs.erofs',
      '--quiet',
      // Inodes with times of their own: make compares them.
      '-Eforce-inode-extended',
      ...leftOut.map((path) => `--exclude-path=${path}`),
      to,
      directory,
    ],
  },
  {
    fsType: 'squashfs',
    options: ['SQUASHFS', 'SQUASHFS_ZSTD'],
    program: 'mksquashfs',
    package: 'squashfs-tools',
    isWritable: false,
    leavesOut: true,
    argv: ({ directory, to, leftOut }) => [
      'mksquashfs',
      directory,
      to,
      // Level 1 takes a third of the time of the default, 15.
      '-quiet',
      '-no-progress',
      '-noappend',
      '-comp',
      'zstd',
      '-Xcompression-level',
      '1',
      ...(leftOut.length === 0 ? [] : ['-e', ...leftOut.map((path) => `${directory}/${path}`)]),
    ],
  },
  {
    fsType: 'ext4',
    options: ['EXT4_FS'],
    program: 'mke2fs',
    package: 'e2fsprogs',
    isWritable: true,
    leavesOut: false,
    argv: ({ directory, to, bytes, entries }) => [
      'mke2fs',
      '-q',
      '-F',
      '-t',
      'ext4',
      '-d',
      directory,
      '-m',
      '0',
      '-b',
      '4096',
      '-N',
      String(entries + 64),
      // Times after 2038, about which the kernel else warns where the disk is mounted for writing.
      '-I',
      '256',
      // Nothing that is written is kept: neither a journal nor checksums, which would need a module of their own.
      '-O',
      'none,extent,filetype,sparse_super,large_file,huge_file,dir_nlink,extra_isize',
      to,
      // 256 bytes for each inode.
      `${Math.ceil((bytes * 1.1 + entries * 256) / 1024) + ext4SpareKiB}k`,
    ],
  },
]

/** The kernel's name of a virtio disk by its place, counted from 0 (drivers/block/virtio_blk.c, virtblk_name_format). */
export function diskDevice(place: number): string {
  let name = ''
  for (let rest = place; rest >= 0; rest = Math.floor(rest / 26) - 1) name = String.fromCharCode(97 + (rest % 26)) + name
  return `/dev/vd${name}`
}
