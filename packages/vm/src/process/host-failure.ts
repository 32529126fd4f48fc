import type { LostWrites } from '@kernelkit/core/agent'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { QemuLaunch } from '@kernelkit/core/qemu'
import type { QmpEvent } from './qmp-client.ts'

/** What of a launch says where the guest's disks are kept. */
export type DiskPlaces = Pick<QemuLaunch, 'drives' | 'overlayDirectory' | 'runtimeDirectory'>

/**
 * The host's error that an event of QEMU reports, if there is one. QEMU stops the machine when a disk's file has no room
 * (BLOCK_IO_ERROR, qapi/block-core.json); any other error of the host the guest sees as one of its disk.
 */
export function hostFailure({ event, data }: QmpEvent, places: DiskPlaces): UserError | undefined {
  if (event !== 'BLOCK_IO_ERROR' || data['action'] === 'ignore') return undefined
  const path = pathOf(wordOf(data['device']) ?? '', places)
  const details = { path, reason: data['reason'], operation: data['operation'] }
  if (data['nospace'] === true) {
    return new UserError('DISK_FULL', `no space is left at ${path}, where the disk of the guest is kept; the guest cannot run on.`, {
      hint: 'Free space there, or let the guest write less.',
      details,
    })
  }
  return new UserError(
    'IO_ERROR',
    `QEMU cannot ${wordOf(data['operation']) ?? 'use'} a disk of the guest at ${path}: ${wordOf(data['reason']) ?? 'an error of this host'}.`,
    {
      hint: 'Read the log of the kernel of this machine (`dmesg`): a disk, or the connection to it, has failed.',
      details,
    },
  )
}

// Numbers of errno(3) in the guest for a host that has no room: ENOSPC, EDQUOT, EFBIG.
const noRoom = [28, 122, 27]

/** What wrote it may have ended well: it could not know, the guest writes to the host's directories later. `path` is the directory of the tag; a tag that the guest made up is not shown. */
export function writesLost({ errno }: Pick<LostWrites, 'errno'>, path = 'a directory that the guest may write'): UserError {
  const isFull = noRoom.includes(errno)
  const why = isFull ? 'no space is left' : 'the operating system of this host cannot write'
  return new UserError(isFull ? 'DISK_FULL' : 'IO_ERROR', `${why} at ${path}: what the guest wrote there did not arrive whole.`, {
    hint: isFull ? message`Free space there, or name another directory with ${option('share')} or ${option('artifacts')}.` : undefined,
    details: { path },
  })
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Whether the host has a fault that keeps the guest from running, for those who wait for the guest. */
export interface Trouble {
  /** A debugger, or a user over QMP, holds the machine. */
  isPaused(): boolean
  /** Takes an event, and the failure that it is. */
  note(failure: UserError | undefined, event: string): void
  /** Calls `onFailure` once, now or when there is one. */
  watch(onFailure: (failure: UserError) => void): { stop(): void }
}

export function createTrouble(): Trouble {
  let present: UserError | undefined
  let paused = false
  const watchers = new Set<(failure: UserError) => void>()
  return {
    isPaused: () => paused,
    note(failure, event) {
      if (event === 'STOP' || event === 'RESUME') paused = event === 'STOP'
      // With room again the user may let it run on (QMP cont).
      if (event === 'RESUME') present = undefined
      if (failure === undefined) return
      // Only a full disk stops the machine: after another error it runs, and a later command may not touch that disk.
      if (failure.code === 'DISK_FULL') present = failure
      for (const report of watchers) report(failure)
    },
    watch(onFailure) {
      watchers.add(onFailure)
      if (present !== undefined) onFailure(present)
      return { stop: () => void watchers.delete(onFailure) }
    },
  }
}

/** `disk0` is the first of the drives (core/qemu, driveArgs). */
function pathOf(device: string, { drives, overlayDirectory, runtimeDirectory }: DiskPlaces): string {
  const drive = drives[Number(/^disk(\d+)$/.exec(device)?.[1] ?? 0)]
  return drive === undefined || drive.mode === 'snapshot' ? (overlayDirectory ?? runtimeDirectory) : drive.path
}

/** The guest has shut down and QEMU keeps its machine, as -no-shutdown asks (RunState of QEMU qapi/run-state.json). */
export function isMachineOff({ event, data }: QmpEvent): boolean {
  return event === 'STOP' && data['status'] === 'shutdown'
}
