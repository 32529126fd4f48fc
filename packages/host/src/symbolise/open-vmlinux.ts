import { buildTree, landmarks } from '@kernelkit/core/decode'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { chooseSymboliser } from './choose-symboliser.ts'
import { readVmlinux, type Vmlinux } from './read-vmlinux.ts'
import { startSymboliser, type Symboliser } from './symboliser.ts'

/** A vmlinux as far as it can be used, and why the rest cannot. */
export interface OpenVmlinux {
  readonly vmlinux?: Vmlinux
  readonly symboliser?: Symboliser
  /** The symboliser's path. */
  readonly program?: string
  /** The directory that its paths begin with. */
  readonly tree?: string
  readonly problem?: UserError
}

interface OpenOptions {
  /** Absolute. */
  readonly path: string
  readonly signal?: AbortSignal | undefined
}

/** Reads a vmlinux and starts the program that knows its lines. */
export async function openVmlinux(host: Host, { path, signal }: OpenOptions): Promise<OpenVmlinux> {
  let vmlinux: Vmlinux | undefined
  let symboliser: Symboliser | undefined
  try {
    vmlinux = await readVmlinux(host, path)
    if (!vmlinux.hasLines) return { vmlinux, problem: withoutLines(path) }
    const chosen = await chooseSymboliser(host, vmlinux.machine)
    symboliser = startSymboliser(host, { chosen, executable: path, signal })
    const tree = await findBuildTree(vmlinux, symboliser)
    return { vmlinux, symboliser, program: chosen.program, ...(tree === undefined ? {} : { tree }) }
  } catch (error) {
    await symboliser?.[Symbol.asyncDispose]()
    if (!(error instanceof UserError)) throw error
    return { ...(vmlinux === undefined ? {} : { vmlinux }), problem: error }
  }
}

async function findBuildTree({ symbols }: Vmlinux, symboliser: Symboliser): Promise<string | undefined> {
  for (const landmark of landmarks) {
    const address = symbols.addressOf(landmark.function)
    const [places] = address === undefined ? [] : await symboliser.ask([address])
    const tree = buildTree(landmark, places?.at(-1)?.source ?? '')
    if (tree !== undefined) return tree
  }
  return undefined
}

function withoutLines(path: string): UserError {
  return new UserError('VMLINUX_WITHOUT_LINES', `${path} has no debug information: it gives functions, but no source lines.`, {
    hint: message`Build with ${option('config', 'debug')} (CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y; DEBUG_INFO_REDUCED is enough).`,
    details: { path, option: 'DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT' },
  })
}
