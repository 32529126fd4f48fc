import { UserError, message, nearestName, option } from '../errors/index.ts'
import type { Arch, ArchName, ImageHeader } from './arch.ts'
import { archWords } from './names.ts'
import { archRows, architectures } from './rows.ts'
import type { ElfHeader } from '../elf/index.ts'

/** The row of a name or alias, `undefined` when there is none. */
export function findArch(name: string): Arch | undefined {
  const wanted = name.toLowerCase()
  return architectures.find((arch) => arch.name === wanted || arch.aliases.includes(wanted) || arch.machineNames.includes(wanted))
}

/** The row of a name that a user wrote; `BAD_ARCH` names the allowed ones. */
export function parseArch(raw: string): Arch {
  const arch = findArch(raw)
  if (arch !== undefined) return arch
  const near = nearestName(raw, archWords)
  throw new UserError('BAD_ARCH', `architecture '${raw}' is not known; allowed: ${archWords.join(', ')}.`, {
    hint: near === undefined ? message`Choose one of these with ${option('arch')}.` : message`Did you mean ${option('arch', near)}?`,
    details: { seen: raw, allowed: archWords },
  })
}

/** The rows of a directory below the kernel tree's arch/: kbuild's `ARCH=` may name it and leave the choice among them to the configuration. */
export function rowsOfSource(sourceArch: string): readonly Arch[] {
  return architectures.filter((arch) => arch.sourceArch === sourceArch)
}

/** The row of the architecture that a machine with this `process.arch` runs itself, `undefined` where all are emulated. */
export function nativeArch(nodeArch: string): Arch | undefined {
  return architectures.find((arch) => arch.nativeHosts.includes(nodeArch))
}

/** The architecture that a machine with this `process.arch` runs itself; the first row elsewhere, where everything is emulated. */
export function hostArch(nodeArch: string): ArchName {
  return (nativeArch(nodeArch) ?? archRows.x86_64).name
}

/** Debian's name for machines with this `process.arch`. */
export function debianArchOf(nodeArch: string): string {
  return nativeArch(nodeArch)?.debianArch ?? nodeArch
}

/** `process.arch` of the machine of a Docker Engine, by the GOARCH that it reports. */
export function nodeArchOfEngine(goArch: string | undefined): string {
  if (goArch === undefined) return archRows.x86_64.nodeArch
  return architectures.find((arch) => arch.goArch === goArch)?.nodeArch ?? goArch
}

/** Top-level directories that are links into /usr in root file systems of a Debian architecture. */
export function mergedDirectoriesOf(debianArch: string): readonly string[] {
  return architectures.find((arch) => arch.debianArch === debianArch)?.mergedDirectories ?? ['bin', 'lib', 'sbin']
}

/** The row of an ELF file's programs, `undefined` when no row has them. */
export function archOfElf({ machine, is64, littleEndian }: Pick<ElfHeader, 'machine' | 'is64' | 'littleEndian'>): Arch | undefined {
  return architectures.find(
    (arch) => arch.elfMachine === machine && arch.wordBits === (is64 ? 64 : 32) && (arch.byteOrder === 'little') === littleEndian,
  )
}

/** Bytes of a file that every row's `readImage` is content with. */
export const imageHeadBytes = 4096

/** The architecture of a compressed kernel image and what its header says, `undefined` when no row reads it. */
export function readImageHeader(head: Uint8Array): (ImageHeader & { readonly arch: Arch }) | undefined {
  for (const arch of architectures) {
    const header = arch.readImage(head)
    if (header !== undefined) return { ...header, arch }
  }
  return undefined
}

/** The program that compiles C for an architecture on a machine with this `process.arch`. */
export function gccFor(arch: Pick<Arch, 'nativeHosts' | 'crossPrefix'>, nodeArch: string): string {
  return arch.nativeHosts.includes(nodeArch) ? 'gcc' : `${arch.crossPrefix}gcc`
}

/** Architectures without a row whose reports are decoded all the same, by e_machine (elf(5)). */
const otherTriplets: Readonly<Record<number, string>> = {
  21: 'powerpc64le-linux-gnu',
  22: 's390x-linux-gnu',
  40: 'arm-linux-gnueabihf',
  183: 'aarch64-linux-gnu',
  243: 'riscv64-linux-gnu',
}

/** The triplet of cross binutils for an e_machine. */
export function binutilsTriplet(machine: number): string | undefined {
  return architectures.find(({ elfMachine }) => elfMachine === machine)?.crossPrefix.replace(/-$/, '') ?? otherTriplets[machine]
}
