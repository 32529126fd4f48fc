import { UserError } from '@kernelkit/core/errors'
import { missingRequirements, nameOf, type Requirement } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import type { ToolsContext } from './tools-context.ts'

/** Where the programs of a command run. */
export type ToolPlace = { readonly where: 'host' } | { readonly where: 'docker'; readonly engine: Engine }

export interface ToolNeeds {
  /** What needs them, as users write it: `build`. */
  readonly command: string
  /** What must be on the host for the work to be done there; optional ones do not count. */
  readonly requirements: readonly Requirement[]
  /** The usual case is not worth a line in a command that is run every minute. */
  readonly quietOnHost?: true
  /** Asked when all of these are there: why this host still cannot do it. */
  readonly obstacle?: () => Promise<string | undefined>
}

/**
 * `--toolchain`: what was asked for; with `auto` this host when it has the programs, else Docker when an engine answers,
 * else this host, whose own error then says what is missing. One line in the log says which and why.
 */
export async function chooseTools(context: ToolsContext, needs: ToolNeeds): Promise<ToolPlace> {
  const { host, toolchain } = context
  if (toolchain === 'host') return { where: 'host' }
  if (toolchain === 'docker') {
    const engine = await connect(context)
    host.log.info(`tools: Docker ${engine.version} at ${engine.address}, as --toolchain docker asks`)
    return { where: 'docker', engine }
  }
  const why = await obstacleOf(context, needs)
  if (why === undefined) {
    host.log[needs.quietOnHost === true ? 'detail' : 'info'](`tools: this host, which has all that ${needs.command} needs`)
    return { where: 'host' }
  }
  try {
    const engine = await connect(context)
    host.log.info(`tools: Docker ${engine.version} at ${engine.address}, because ${why}`)
    return { where: 'docker', engine }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    // An engine that is there and refuses is worth a warning; that there is none is the usual case.
    host.log[error.code === 'NO_ENGINE' ? 'detail' : 'warn'](`tools: this host, although ${why}: ${error.message}`)
    return { where: 'host' }
  }
}

async function obstacleOf({ host }: ToolsContext, { requirements, obstacle }: ToolNeeds): Promise<string | undefined> {
  const missing = (await missingRequirements(host, requirements)).filter((one) => one.optional !== true)
  return missing.length > 0 ? `this host lacks ${missing.map(nameOf).join(', ')}` : obstacle?.()
}

/** The engine's client is loaded only where Docker is used: nine commands of ten never do. */
async function connect({ host, signal }: ToolsContext): Promise<Engine> {
  const { connectEngine } = await import('../index.ts')
  return connectEngine(host, { signal })
}
