import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { architectures, machineNames } from '@kernelkit/core/arch'
import { describe, expect, it } from 'vitest'
import { listSources, repository, withoutComments } from './source-files.ts'

/**
 * Where an architecture or one of QEMU's machine types may be named: its rows, the ROM that proves KVM, and what reads
 * reports, which come from kernels of every architecture. The options of the library are written from those rows.
 */
const homes: readonly string[] = [
  'packages/core/src/arch/',
  'packages/host/src/kvm/',
  'packages/core/src/report/',
  'packages/vm/src/library/boot-vm-options.ts',
]

const escape = (word: string) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
const anyOf = (words: readonly string[]) => new RegExp(String.raw`(?<![\w-])(?:${[...new Set(words)].map(escape).join('|')})(?![\w])`, 'g')

// Directories of the kernel tree (`x86`) are named in comments that cite its source.
const cited = new Set(architectures.map(({ sourceArch }) => sourceArch))
// Of some architectures the image is called by a word that means other things too.
const plainWords: readonly string[] = ['Image', 'vmlinux']
const names = architectures.flatMap((arch) => [
  arch.name,
  ...arch.aliases,
  ...arch.machineNames,
  arch.debianArch,
  arch.console,
  ...(plainWords.includes(arch.imageTarget) ? [] : [arch.imageTarget]),
  arch.qemuBinary,
  arch.qemuPackage,
  arch.crossPrefix.replace(/-$/, ''),
])

/** Nowhere, comments included. */
const never = anyOf(names.filter((name) => !cited.has(name)))
/** Not in code: the kernel's directories, the machine types, drivers and devices of the PC. */
const notInCode = anyOf([...cited, ...machineNames.filter((name) => name !== 'pc')])
const notAsText = new RegExp(`'(?:${['pc', ...architectures.map(({ nodeArch }) => nodeArch)].join('|')})'|8250|(?<![\\w-])isa-`, 'g')

function namesIn(text: string): readonly string[] {
  const code = withoutComments(text)
  return [...text.matchAll(never), ...code.matchAll(notInCode), ...code.matchAll(notAsText)].map(([word]) => word)
}

const groups = (['packages', 'actions'] as const).flatMap((group) =>
  readdirSync(join(repository, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ group, name: entry.name })),
)
const hits = groups
  // The private harness stands for GitHub's side, whose names for machines it has.
  .filter(({ name }) => name !== 'testing')
  .flatMap(({ group, name }) => listSources(name, group))
  .filter(({ path }) => !homes.some((home) => path.startsWith(home)))
  .flatMap(({ path, text }) => namesIn(text).map((word) => ({ path, word })))

describe('an architecture is named in its row and nowhere else', () => {
  it('in the sources of packages and actions', () => {
    expect(hits.map(({ path, word }) => `${path}: ${word}`)).toEqual([])
  })

  it('in the sources of the guest programs, but for arch.h and arch.c', () => {
    const directory = join(repository, 'packages/vm/agent')
    const files = readdirSync(directory).filter((name) => /\.[ch]$/.test(name))
    const branching = files.filter((name) => /defined\(__\w+__\)/.test(readFileSync(join(directory, name), 'utf8')))
    expect(branching.toSorted()).toEqual(['arch.c', 'arch.h'])
  })
})

describe('the search for names', () => {
  it.each([
    ["const arch = 'x86_64'", ['x86_64']],
    ['// boots on i386 too', ['i386']],
    ['hint: `apt-get install qemu-system-x86`', ['qemu-system-x86']],
    ["join('arch/x86/boot/bzImage')", ['bzImage', 'x86']],
    ["['-device', 'isa-debug-exit']", ['isa-']],
    ["symbol: 'SERIAL_8250'", ['8250']],
    ["launch.machine === 'microvm'", ['microvm']],
    ["machine: 'pc'", ["'pc'"]],
    ['serial-getty@ttyS0.service', ['ttyS0']],
    ["{ amd64: 'x64' }", ['amd64', "'x64'"]],
  ])('finds those of %s', (text, expected) => {
    expect(namesIn(text)).toEqual(expected)
  })

  it.each(['// arch/x86/mm/fault.c', "'__x86_return_thunk'", '/* microvm has no PCI */', 'epc: 1', '__x64_sys_*'])(
    'finds none in %s',
    (text) => {
      expect(namesIn(text)).toEqual([])
    },
  )
})
