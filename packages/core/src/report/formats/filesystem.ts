import type { Format } from '../format.ts'

const device = String.raw`\((?:device )?(?<device>[^\s)]+)(?:\s[^)]*)?\)`

/** File systems that found themselves corrupt or gave up: what is on the device cannot be trusted, or nothing is written any more. */
const givenUp: readonly (readonly [text: string, title: string])[] = [
  // fs/ext4/super.c, fs/ext2/super.c: __ext4_error() and its like, with function and line.
  [String.raw`^(?<what>EXT[234]-fs) error ${device}(?::| in) (?<function>[A-Za-z_]\w*):\d+:`, '{what} error in {function}'],
  [String.raw`^(?<what>EXT[234]-fs) error ${device}: (?<function>[A-Za-z_]\w*):`, '{what} error in {function}'],
  // fs/jbd2/journal.c: jbd2_journal_abort().
  [String.raw`^Aborting journal on device (?<device>[^\s.]+?)(?:-\d+)?\.`, 'aborted journal'],
  // fs/xfs/xfs_error.c, xfs_fsops.c.
  [
    String.raw`^(?<what>XFS) ${device}: Internal error .{0,200}? at line (?<line>\d+) of file (?<source>[^\s]+?)\. +Caller (?<function>[A-Za-z_][\w.]*)\+0x`,
    'XFS: internal error in {function}',
  ],
  [String.raw`^(?<what>XFS) ${device}: Internal error `, 'XFS: internal error in {function}'],
  [
    String.raw`^(?<what>XFS) ${device}: Metadata (?:corruption|CRC error) detected at (?<function>[A-Za-z_][\w.]*)\+0x`,
    'XFS: metadata corruption in {function}',
  ],
  [
    String.raw`^(?<what>XFS) ${device}: .{1,100} detected at (?<function>[A-Za-z_][\w.]*)\+0x\S+ (?:\[\w+\] )?\((?<source>[^\s:()]+):(?<line>\d+)\)\. +Shutting down`,
    'XFS: shut down in {function}',
  ],
  [String.raw`^(?<what>XFS) ${device}: .{0,200}(?:Shutting down filesystem|xfs_do_force_shutdown\()`, 'XFS: shut down in {function}'],
  // fs/btrfs/messages.c: __btrfs_handle_fs_error().
  [String.raw`^(?<what>BTRFS): error ${device} in (?<function>[A-Za-z_]\w*):\d+:`, 'BTRFS: error in {function}'],
  // fs/btrfs/tree-checker.c: what a node of a tree holds cannot be.
  [String.raw`^(?<what>BTRFS) critical ${device}: corrupt (?:leaf|node): `, 'BTRFS: corrupt tree'],
  // fs/f2fs/super.c, segment.c.
  [String.raw`^(?<what>F2FS-fs) ${device}: (?:Stopped filesystem due to reason|.{0,100}stop checkpoint)`, 'F2FS: stopped in {function}'],
  // fs/gfs2/util.c.
  [String.raw`^(?<what>gfs2|GFS2): fsid=(?<device>\S+?): (?:fatal: |about to withdraw)`, 'GFS2: withdrawn in {function}'],
  // Functions and devices, as most others print them: jfs, ocfs2, nilfs2, reiserfs.
  [String.raw`^(?:JFS: )?ERROR: ${device}: (?<function>[A-Za-z_]\w*):`, 'JFS: error in {function}'],
  [
    String.raw`^(?<what>OCFS2|NILFS2?|NILFS \(\S+\)):? (?:ERROR|error) ${device}: (?<function>[A-Za-z_]\w*):`,
    '{what}: error in {function}',
  ],
  [String.raw`^(?<what>REISERFS) error ${device}: \S+ (?<function>[A-Za-z_]\w*):`, 'REISERFS: error in {function}'],
  // fs/fat/misc.c: __fat_fs_error(), which names the function of some.
  [String.raw`^(?<what>FAT-fs) ${device}: error, (?:(?<function>[a-z]\w*): )?`, 'FAT: error in {function}'],
  [String.raw`^(?<what>FAT-fs) ${device}: Filesystem has been set read-only`, 'FAT: set read-only'],
  [
    String.raw`^(?<what>UBIFS) \w+ \((?<device>[^\s)]+)(?:\s[^)]*)?\): (?<function>ubifs_ro_mode)(?:\.\w+)*: switched to read-only mode`,
    'UBIFS: switched to read-only mode',
  ],
  [String.raw`^(?<what>bcachefs) ${device}: .{0,100}emergency read only`, 'bcachefs: emergency read only'],
]

export const filesystemFormats: readonly Format[] = givenUp.map(([first, title]) => ({
  kind: 'filesystem',
  first: new RegExp(first),
  title,
  // Some print a trace as well: it names who found it before the line names who asked.
  blame: 'trace',
  skip: ['xfs_corruption_error', 'xfs_error_report', 'xfs_stack_trace'],
}))
