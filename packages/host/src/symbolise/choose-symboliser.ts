import { binutilsTriplet } from '@kernelkit/core/arch'
import { addr2line, llvmSymbolizer, type SymboliserKind } from '@kernelkit/core/decode'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/** A symboliser that is installed. */
export interface ChosenSymboliser {
  readonly kind: SymboliserKind
  /** Absolute path. */
  readonly program: string
}

// Debian's packages of one version have its number after the name.
const llvmVersions = [22, 21, 20, 19, 18, 17, 16, 15, 14, 13]

/** llvm-symbolizer reads every architecture and answers a hundred times faster; addr2line comes with every compiler. Throws SYMBOLISER_MISSING. */
export async function chooseSymboliser(host: Pick<Host, 'which'>, machine: number): Promise<ChosenSymboliser> {
  // A native addr2line reads its own architecture only.
  const triplet = binutilsTriplet(machine)
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
  throw new UserError('SYMBOLISER_MISSING', 'neither llvm-symbolizer nor addr2line is on PATH: addresses are shown without source lines.', {
    hint: 'Run `apt-get install llvm`, or install binutils.',
  })
}

/** Of a module one section is asked for, which llvm-symbolizer cannot. Throws SYMBOLISER_MISSING. */
export async function chooseAddr2line(host: Pick<Host, 'which'>, machine: number): Promise<string> {
  const triplet = binutilsTriplet(machine)
  const own = triplet === undefined ? undefined : await host.which(`${triplet}-addr2line`)
  const program = own ?? (await host.which('addr2line'))
  if (program !== undefined) return program
  throw new UserError('SYMBOLISER_MISSING', 'addr2line is not on PATH: calls in modules are shown without source lines.', {
    hint: 'Install binutils.',
  })
}
