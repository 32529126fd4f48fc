import { addr2line, llvmSymbolizer, type SymboliserKind } from '@kernelkit/core/decode'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/** A symboliser that is installed. */
export interface ChosenSymboliser {
  readonly kind: SymboliserKind
  /** Absolute path. */
  readonly program: string
}

/** Triplets of cross binutils by e_machine: a native addr2line reads its own architecture only. */
const triplets: Readonly<Record<number, string>> = {
  3: 'i686-linux-gnu',
  21: 'powerpc64le-linux-gnu',
  22: 's390x-linux-gnu',
  40: 'arm-linux-gnueabihf',
  62: 'x86_64-linux-gnu',
  183: 'aarch64-linux-gnu',
  243: 'riscv64-linux-gnu',
}

// Debian's packages of one version have its number behind the name.
const llvmVersions = [22, 21, 20, 19, 18, 17, 16, 15, 14, 13]

/** llvm-symbolizer reads every architecture and answers a hundred times faster; addr2line comes with every compiler. Throws SYMBOLISER_MISSING. */
export async function chooseSymboliser(host: Pick<Host, 'which'>, machine: number): Promise<ChosenSymboliser> {
  const triplet = triplets[machine]
  const candidates: readonly (readonly [SymboliserKind, string])[] = [
    [llvmSymbolizer, 'llvm-symbolizer'],
    ...llvmVersions.map((version) => [llvmSymbolizer, `llvm-symbolizer-${version}`] as const),
    ...(triplet === undefined ? [] : [[addr2line, `${triplet}-addr2line`] as const]),
    [addr2line, 'addr2line'],
  ]
  for (const [kind, name] of candidates) {
    const program = await host.which(name)
    if (program !== undefined) return { kind, program }
  }
  throw new UserError('SYMBOLISER_MISSING', 'neither llvm-symbolizer nor addr2line is on PATH: addresses stay without lines.', {
    hint: 'apt-get install llvm, or binutils.',
  })
}
