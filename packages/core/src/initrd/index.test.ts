import { expect, it } from 'vitest'
import { writeCpio } from '../cpio/index.ts'
import { findInitrdFormat, readCpioFacts } from './index.ts'

const program = Uint8Array.from({ length: 100 }, (_, index) => index)
const archive = writeCpio([
  { kind: 'file', path: 'bin/sh', mode: 0o755, content: program },
  { kind: 'file', path: 'init', mode: 0o755, content: program },
])

it.each([
  ['cpio', [...archive.subarray(0, 16)], undefined],
  ['cpio', [0, 0, 0, 0, ...archive.subarray(0, 16)], undefined],
  ['gzip', [0x1f, 0x8b, 8, 0], 'RD_GZIP'],
  ['bzip2', [0x42, 0x5a, 0x68, 0x39], 'RD_BZIP2'],
  ['lzma', [0x5d, 0, 0, 0x80], 'RD_LZMA'],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], 'RD_XZ'],
  ['lzo', [0x89, 0x4c, 0x5a, 0x4f], 'RD_LZO'],
  ['lz4', [0x02, 0x21, 0x4c, 0x18], 'RD_LZ4'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'RD_ZSTD'],
])('knows a %s initramfs by its first bytes (%#)', (name, head, option) => {
  const found = findInitrdFormat(Uint8Array.from(head))
  expect(found?.name).toBe(name)
  expect(found?.option).toBe(option)
})

it.each([
  ['nothing', []],
  ['zeros', [0, 0, 0, 0]],
  ['a text', [...new TextEncoder().encode('kernel: 6.12\n')]],
  ['the old format of cpio', [...new TextEncoder().encode('070707000000')]],
  ['an archive that is not at a multiple of 4', [0, ...archive.subarray(0, 16)]],
])('takes %s for no initramfs', (_title, head) => {
  expect(findInitrdFormat(Uint8Array.from(head))).toBeUndefined()
})

it('finds /init in an archive, and its end', () => {
  const facts = readCpioFacts(Uint8Array.from([...archive, 1, 2, 3]))
  expect(facts).toEqual({ isWhole: true, end: archive.length, init: program.subarray(0, 64) })
})

it('sees at each length whether an archive is whole, and never reads past its bytes', () => {
  for (let length = 0; length < archive.length; length++) expect(readCpioFacts(archive.subarray(0, length)).isWhole).toBe(false)
  expect(readCpioFacts(archive).isWhole).toBe(true)
})

it('reads hostile headers without hanging', () => {
  const hostile = archive.slice()
  // A name and a file of 4 GiB.
  hostile.set(new TextEncoder().encode('FFFFFFFF'), 54)
  hostile.set(new TextEncoder().encode('FFFFFFFF'), 94)
  expect(readCpioFacts(hostile)).toMatchObject({ isWhole: false, end: 0 })
})
