import { optionValue, virtioBus, type Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/**
 * Host folders over 9p.
 * security_model=none: owners and modes as they are on the host; a change of owner that the host refuses is ignored, so that it works
 * unprivileged. multidevs=remap: file systems below the folder keep distinct inode numbers. readonly=on: QEMU itself refuses writes.
 */
export function shareArgs(launch: Pick<QemuLaunch, 'machine' | 'shares'>): Argv {
  return launch.shares.flatMap((share, index) => {
    const mode = share.readonly ? ',readonly=on' : ''
    return [
      ['-fsdev', `local,id=share${index},path=${optionValue(share.host)},security_model=none,multidevs=remap${mode}`],
      // The guest mounts it by its tag.
      ['-device', `virtio-9p-${virtioBus(launch)},fsdev=share${index},mount_tag=${optionValue(share.tag)}`],
    ].flat()
  })
}
