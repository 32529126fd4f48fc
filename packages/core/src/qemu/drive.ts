import { optionValue, virtioBus, type Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

// snapshot=on: writes go to an unlinked file in TMPDIR, the image is only read. readonly=on: the guest gets EROFS.
const modes = { snapshot: ',snapshot=on', ro: ',readonly=on', rw: '' } as const

/** Disks in order: /dev/vda, /dev/vdb, … */
export function driveArgs(launch: Pick<QemuLaunch, 'machine' | 'drives'>): Argv {
  return launch.drives.flatMap((drive, index) =>
    [
      // The format is said: probing a raw image would let the guest choose what the host opens.
      ['-drive', `file=${optionValue(drive.path)},if=none,id=disk${index},format=${drive.format}${modes[drive.mode]}`],
      ['-device', `virtio-blk-${virtioBus(launch)},drive=disk${index}`],
    ].flat(),
  )
}
