import { describe, expect, it } from 'vitest'
import {
  archOfElf,
  architectures,
  archRows,
  binutilsTriplet,
  debianArchOf,
  defaultSuites,
  findArch,
  gccFor,
  hostArch,
  listNames,
  machineNames,
  mergedDirectoriesOf,
  nativeArch,
  nodeArchOfEngine,
  parseArch,
  readImageHeader,
  rowsOfSource,
} from './index.ts'

describe('the architecture table', () => {
  it('finds a row by every name that is used somewhere: ours, Debian, uname', () => {
    const answers = ['x86_64', 'amd64', 'x86-64', 'AMD64', 'i386', 'i686', 'x86', 'i586', 'riscv64'].map((name) => findArch(name)?.name)
    expect(answers).toEqual(['x86_64', 'x86_64', 'x86_64', 'x86_64', 'i386', 'i386', 'i386', 'i386', undefined])
  })

  it('gives no name to two rows', () => {
    const names = architectures.flatMap(({ name, aliases, machineNames }) => [...new Set([name, ...aliases, ...machineNames])])
    expect(new Set(names).size).toBe(names.length)
  })

  it('finds the row of its own Debian name', () => {
    for (const arch of architectures) expect(findArch(arch.debianArch)).toBe(arch)
  })

  it('names what is allowed, and the nearest', () => {
    expect(() => parseArch('x86_46')).toThrow(
      expect.objectContaining({
        code: 'BAD_ARCH',
        message: expect.stringContaining('allowed: x86_64, amd64, x86-64, i386'),
        hint: 'Did you mean --arch x86_64?',
      }),
    )
    expect(() => parseArch('sparc')).toThrow(expect.objectContaining({ code: 'BAD_ARCH', hint: 'Choose one of these with --arch.' }))
  })
})

describe('a row', () => {
  it('is found by the machine that runs it: Node, Docker, Debian', () => {
    expect(['x64', 'arm64'].map((node) => [nativeArch(node)?.name, hostArch(node), debianArchOf(node)])).toEqual([
      ['x86_64', 'x86_64', 'amd64'],
      [undefined, 'x86_64', 'arm64'],
    ])
    expect(['amd64', '386', 'arm64', undefined].map(nodeArchOfEngine)).toEqual(['x64', 'ia32', 'arm64', 'x64'])
    expect(['amd64', 'i386', 'arm64'].map(mergedDirectoriesOf)).toEqual([
      ['bin', 'lib', 'lib64', 'sbin'],
      ['bin', 'lib', 'sbin'],
      ['bin', 'lib', 'sbin'],
    ])
  })

  it('names the compiler and the binutils of a host, also of architectures without a row', () => {
    expect(architectures.map((arch) => [gccFor(arch, 'x64'), gccFor(arch, 'arm64')])).toEqual([
      ['gcc', 'x86_64-linux-gnu-gcc'],
      ['gcc', 'i686-linux-gnu-gcc'],
    ])
    expect([3, 21, 22, 40, 62, 183, 243, 0].map(binutilsTriplet)).toEqual([
      'i686-linux-gnu',
      'powerpc64le-linux-gnu',
      's390x-linux-gnu',
      'arm-linux-gnueabihf',
      'x86_64-linux-gnu',
      'aarch64-linux-gnu',
      'riscv64-linux-gnu',
      undefined,
    ])
  })

  it('is one of those that share a directory of the kernel tree', () => {
    expect(['x86', 'x86_64'].map((name) => rowsOfSource(name).map((arch) => arch.name))).toEqual([['x86_64', 'i386'], []])
  })

  it('is found by an ELF header: machine, width and byte order together', () => {
    const of = (machine: number, is64: boolean, littleEndian = true) => archOfElf({ machine, is64, littleEndian })?.name
    expect([of(62, true), of(3, false), of(62, false), of(62, true, false), of(183, true)]).toEqual([
      'x86_64',
      'i386',
      undefined,
      undefined,
      undefined,
    ])
  })

  it('ends with a machine that no candidate before it repeats', () => {
    for (const { machines, lastMachine } of architectures) {
      expect(machines.map(({ machine }) => machine)).not.toContain(lastMachine.machine)
      expect(machineNames).toEqual(expect.arrayContaining([...machines, lastMachine].map(({ machine }) => machine)))
    }
  })
})

describe('the header of a compressed image', () => {
  const image = (flags: number): Uint8Array => {
    const head = new Uint8Array(4096)
    head.set(new TextEncoder().encode('HdrS'), 0x202)
    const view = new DataView(head.buffer)
    view.setUint16(0x20e, 0x400, true)
    view.setUint16(0x236, flags, true)
    view.setUint32(0x248, 0x10, true)
    view.setUint32(0x24c, 0x1234, true)
    return head
  }

  it('is read by the row of its width', () => {
    expect(readImageHeader(image(1))).toEqual({
      arch: archRows.x86_64,
      versionAt: 0x600,
      // setup_sects of 0 means 4, and one sector of boot code.
      payload: { offset: 5 * 512 + 0x10, size: 0x1234 },
    })
    expect(readImageHeader(image(0))?.arch).toBe(archRows.i386)
  })

  it('is undefined for what is too short or something else', () => {
    expect(readImageHeader(image(1).subarray(0, 0x267))).toBeUndefined()
    expect(readImageHeader(new Uint8Array(4096))).toBeUndefined()
  })
})

it('lists names for help and messages', () => {
  expect([listNames(['a']), listNames(['a', 'b']), listNames(['a', 'b', 'c'], 'and'), listNames([])]).toEqual([
    'a',
    'a or b',
    'a, b and c',
    '',
  ])
  expect(defaultSuites).toBe('trixie; i386: bookworm')
  expect(machineNames).toEqual(['microvm', 'q35', 'pc'])
})
