import { UserError } from '@kernelkit/core/errors'
import { missingRequirements, nameOf, type Requirement } from '@kernelkit/host'
import type { Engine } from '@kernelkit/toolchain'
import type { CommandContext } from '../command.ts'

/** Where the programs of a command run. */
export type ToolPlace = { readonly where: 'host' } | { readonly where: 'docker'; readonly engine: Engine }

export interface ToolNeeds {
  /** What needs them, as users write it: `build`. */
  readonly command: string
  /** What must be on the host for the work to be done there; optional ones do not count. */
  readonly requirements: readonly Requirement[]
}

/**
 * `--toolchain`: what was asked for; with `auto` this host when it has the programs, else Docker when an engine answers,
 * else this host, whose own error then says what is missing. One line in the log says which and why.
 */
export async function chooseTools(context: CommandContext, { command, requirements }: ToolNeeds): Promise<ToolPlace> {
  const { host, toolchain } = context
  if (toolchain === 'host') return { where: 'host' }
  if (toolchain === 'docker') {
    const engine = await connect(context)
    host.log.info(`tools: Docker ${engine.version} at ${engine.address}, as --toolchain docker asks`)
    return { where: 'docker', engine }
  }
  const missing = (await missingRequirements(host, requirements)).filter((one) => one.optional !== true)
  if (missing.length === 0) {
    host.log.info(`tools: this host, which has all that ${command} needs`)
    return { where: 'host' }
  }
  const lacks = missing.map(nameOf).join(', ')
  try {
    const engine = await connect(context)
    host.log.info(`tools: Docker ${engine.version} at ${engine.address}, because this host lacks ${lacks}`)
    return { where: 'docker', engine }
  } catch (error) {
    // An engine that is there and refuses is worth a word; that there is none is the usual case.
    if (!(error instanceof UserError)) throw error
    host.log[error.code === 'NO_ENGINE' ? 'detail' : 'warn'](`tools: this host, although it lacks ${lacks}: ${error.message}`)
    return { where: 'host' }
  }
}

/** The engine's client is loaded only where Docker is used: nine commands of ten never do. */
async function connect({ host, signal }: CommandContext): Promise<Engine> {
  const { connectEngine } = await import('@kernelkit/toolchain')
  return connectEngine(host, { signal })
}
