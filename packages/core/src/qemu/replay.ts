import { quoteArgv } from '../shell/index.ts'
import { launchArgv } from './argv.ts'
import { daemonShares, virtiofsdArgv } from './virtiofsd.ts'
import { unfilteredNote, type QemuLaunch } from './launch.ts'

// Of plain characters only, so that no word with it is quoted.
// Below /tmp, as the directory will be: what is hidden there is shown in the same way.
const directoryMark = '/tmp/@directory@'

/** The archive next to the script, with the run's command for the guest. */
export const replayArchive = 'replay.cpio'

export interface Replay {
  readonly launch: QemuLaunch
  /** The command of the run, for people; its archive is next to the script. */
  readonly command: string | undefined
}

/** A shell script that boots the same guest again by QEMU alone; nothing of the user's is written by it. */
export function replayScript({ launch, command }: Replay): string {
  const initrd = command === undefined ? launch.initrd : `${directoryMark}/initrd`
  const here = { initrd, runtimeDirectory: directoryMark, overlayDirectory: directoryMark }
  const argv = launchArgv({ ...withoutWrites(launch), ...here }, 'standalone')
  const needed = neededPaths(launch)
  const note = unfilteredNote(launch)
  return [
    '#!/bin/sh',
    '# Boots the guest of this run again: same kernel, initramfs, command line, disks and directories, by QEMU alone. Nothing is written:',
    '# disks get a throw-away overlay, directories are read-only below an overlay in guest memory. Ctrl-C ends it.',
    ...(launch.agent ? [`# The guest's agent waits 2 s for kernelkit, then it ${withoutHost(command)}.`] : []),
    ...(note === undefined ? [] : [`# ${note}`]),
    'set -eu',
    '# What must still be where it was:',
    `for path in ${quoteArgv(needed)}; do`,
    '  [ -e "$path" ] || { echo "replay.sh: $path is gone" >&2; exit 125; }',
    'done',
    'top=$(mktemp -d /tmp/kernelkit-replay.XXXXXX)',
    `trap 'rm -rf "$top"' EXIT`,
    'directory=$top/run',
    'mkdir "$directory"',
    "# QEMU's overlays",
    'export TMPDIR="$directory"',
    ...(command === undefined || launch.initrd === undefined
      ? []
      : // The script may be called by a symbolic link from elsewhere.
        [`cat ${quoteArgv([launch.initrd])} "$(dirname -- "$(readlink -f -- "$0")")/${replayArchive}" > "$directory/initrd"`]),
    ...daemonShares(launch).flatMap((one) => daemonLines(withoutWrites(launch), one)),
    lineByOption(argv),
    '',
  ].join('\n')
}

function withoutHost(command: string | undefined): string {
  if (command === undefined) return "gives a root shell on this terminal, or starts the root's own init"
  return `runs on this terminal, without the run's own variables: ${command.replaceAll(/\s+/g, ' ')}`
}

function neededPaths(launch: QemuLaunch): readonly string[] {
  const { kernel, initrd, drives, shares } = launch
  return [kernel, ...(initrd === undefined ? [] : [initrd]), ...drives.map(({ path }) => path), ...shares.map(({ host }) => host)]
}

/** What the run could write to is only read. */
function withoutWrites(launch: QemuLaunch): QemuLaunch {
  return {
    ...launch,
    drives: launch.drives.map((drive) => (drive.mode === 'rw' ? { ...drive, mode: 'snapshot' } : drive)),
    shares: launch.shares.map((share) => ({ ...share, readonly: true })),
    append: launch.append
      .split(' ')
      .map((word) => word.replace(/^(kernelkit\.(?:mount=.*,|root=(?:9p|virtiofs):.*:))rw$/, '$1cow'))
      .join(' '),
  }
}

/** virtiofsd must listen before QEMU starts. */
function daemonLines(launch: QemuLaunch, { share, index }: ReturnType<typeof daemonShares>[number]): readonly string[] {
  const argv = virtiofsdArgv({ ...launch, runtimeDirectory: directoryMark }, { share: { ...share, readonly: true }, index })
  return [
    `mkdir "$directory/fs${index}"`,
    `${argv.map(quoteWord).join(' ')} &`,
    `while [ ! -e "$directory/fs${index}.sock" ]; do kill -0 $!; sleep 0.1; done`,
  ]
}

function lineByOption(argv: readonly string[]): string {
  return argv.map((word, index) => `${index === 0 ? '' : word.startsWith('-') ? ' \\\n  ' : ' '}${quoteWord(word)}`).join('')
}

/** A word in which the mark becomes the variable; inside quotation marks they are interrupted for it. */
function quoteWord(word: string): string {
  const quoted = quoteArgv([word])
  const variable = (text: string): string => (quoted.startsWith("'") ? `'"${text}"'` : `"${text}"`)
  // In a cover of /tmp the directory is shown at the rest of its path.
  return quoted
    .replaceAll(directoryMark, variable('$directory'))
    .replaceAll(directoryMark.slice('/tmp'.length), variable('${directory#/tmp}'))
}
