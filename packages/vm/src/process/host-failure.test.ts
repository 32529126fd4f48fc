import { expect, it } from 'vitest'
import { hostFailure, writesLost, type DiskPlaces } from './host-failure.ts'

const places: DiskPlaces = {
  drives: [
    { path: '/images/root.ext4', format: 'raw', mode: 'snapshot' },
    { path: '/data/disk.raw', format: 'raw', mode: 'rw' },
  ],
  overlayDirectory: '/store/tmp',
  runtimeDirectory: '/run/vm',
}
const block = (data: Readonly<Record<string, unknown>>) => hostFailure({ event: 'BLOCK_IO_ERROR', data }, places)

it.each([
  [{ device: 'disk0', nospace: true, action: 'stop', operation: 'write' }, 'DISK_FULL', 'no space is left at /store/tmp,'],
  [{ device: 'disk1', nospace: true, action: 'stop', operation: 'write' }, 'DISK_FULL', 'no space is left at /data/disk.raw,'],
  [
    { device: 'disk1', nospace: false, action: 'report', operation: 'read', reason: 'Input/output error' },
    'IO_ERROR',
    'QEMU cannot read a disk of the guest at /data/disk.raw: Input/output error.',
  ],
])('A block error of QEMU is the host’s, with the path of the file: %j', (data, code, message) => {
  expect(block(data)).toMatchObject({ code, verdict: 'infra-fail', message: expect.stringContaining(message) as string })
})

it('takes an error that QEMU ignores, and another event, for no failure', () => {
  expect(block({ device: 'disk0', nospace: true, action: 'ignore' })).toBeUndefined()
  expect(hostFailure({ event: 'STOP', data: {} }, places)).toBeUndefined()
})

it.each([
  [28, '/share', 'DISK_FULL', 'no space is left at /share: what the guest wrote there did not arrive whole.'],
  [122, '/share', 'DISK_FULL', 'no space is left at /share: what the guest wrote there did not arrive whole.'],
  [5, '/share', 'IO_ERROR', 'the operating system of this host cannot write at /share: what the guest wrote there did not arrive whole.'],
  [
    28,
    undefined,
    'DISK_FULL',
    'no space is left at a directory that the guest may write: what the guest wrote there did not arrive whole.',
  ],
])('Writes that did not arrive, errno %i at %s, are %s.', (errno, path, code, message) => {
  expect(writesLost({ errno }, path)).toMatchObject({ code, message, verdict: 'infra-fail' })
})
