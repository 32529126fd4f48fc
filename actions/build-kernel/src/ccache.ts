import type { Action } from '@kernelkit/action-kit'
import { message, option, type Message } from '@kernelkit/core/errors'
import { actionRows, isSwitchedOff, parseSizeBytes, textOption, writeFor, type RawOptions } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { ccacheDirectoryOf, type BuildPlan, type KernelContext } from '@kernelkit/kernel'

/** What the inputs say of the compiler's cache. */
export interface CcacheMode {
  readonly isWanted: boolean
  readonly maxBytes: number
}

export function parseCcacheMode(inputs: RawOptions): CcacheMode {
  const size = textOption(inputs, 'ccacheSize') ?? actionRows['build-kernel']['ccache-size'].default
  return {
    isWanted: !isSwitchedOff(inputs, 'ccache') && !isSwitchedOff(inputs, 'cache'),
    maxBytes: parseSizeBytes(size, { name: 'ccache-size' }),
  }
}

/** What the post step saves. */
interface CcacheState {
  readonly directory: string
  readonly key: string
  readonly maxBytes: number
}

const stateName = 'ccache'

/** The newest compiler cache of this architecture and compiler; the post step saves what this build makes of it. `undefined`: nothing will be saved. */
export async function prepareCcache(
  action: Action,
  context: KernelContext,
  { plan, mode }: { readonly plan: BuildPlan; readonly mode: CcacheMode },
): Promise<CcacheState | undefined> {
  const { cache } = action
  const { host } = context
  const { key, spec, toolchain } = plan
  const refuse = (why: Message): undefined => {
    host.log.info(writeFor(why, action.reader()))
    return undefined
  }
  if (!mode.isWanted) return refuse('switched off by an input')
  if (!toolchain.ccache)
    return refuse(message`ccache is not installed: everything is compiled (setup-kvm with ${option('for', 'build')} installs it)`)
  if (!(await cache.isAvailable())) return refuse('the runner has no Actions cache')
  const directory = ccacheDirectoryOf(context) ?? host.env['CCACHE_DIR'] ?? ''
  await host.fs.mkdir(directory, { recursive: true })
  // Of an earlier step, or of a machine that is kept between jobs: both have what they need, and save it themselves.
  if ((await host.fs.readdir(directory)).length > 0) return refuse(`${directory} is in use already`)
  // A compiler may be a path; a key holds no comma.
  const compiler = toolchain.compiler.replaceAll(/[^A-Za-z0-9.]+/g, '-')
  const family = `ccache-${spec.arch.name}-${compiler}-${host.sha256(toolchain.compilerVersion).slice(0, 8)}`
  const state: CcacheState = { directory, key: `${family}-${key}`, maxBytes: mode.maxBytes }
  action.saveState(stateName, state)
  const came = await cache.restore({ directory, key: state.key, prefixes: [`${family}-`] })
  host.log.info(came === undefined ? 'there is none yet: everything is compiled' : `restored ${came}`)
  await host.run(['ccache', '--zero-stats'], { env: { CCACHE_DIR: directory }, reject: false })
  return state
}

/** What was hit, for the log, and no more kept than was asked for; `host` is where ccache ran. */
export async function trimCcache(host: Host, state: CcacheState | undefined): Promise<void> {
  if (state === undefined || (await host.which('ccache')) === undefined) return
  const env = { CCACHE_DIR: state.directory, CCACHE_MAXSIZE: `${Math.max(1, Math.floor(state.maxBytes / 2 ** 20))}Mi` }
  host.log.info((await host.run(['ccache', '--show-stats'], { env, reject: false })).stdout.trimEnd())
  await host.run(['ccache', '--cleanup'], { env, reject: false })
}

/** The post step: trims and saves the cache when main used it. */
export async function saveCcache(action: Action): Promise<void> {
  const { host, cache } = action
  const state = parseState(action.readState(stateName))
  if (state === undefined) return host.log.info('nothing was compiled: nothing to save')
  const { directory, key } = state
  await trimCcache(host, state)
  await removeTemporary(host, directory)
  const saved = await cache.save({ directory, key })
  if (saved) return host.log.info(`saved as ${key}`)
  action.annotate({
    level: 'notice',
    message: "The compiler's cache was not saved: this run may not write to the Actions cache, or another run saved it first.",
  })
}

/** Files of a compiler that was ended. */
async function removeTemporary({ fs }: Pick<Host, 'fs'>, directory: string): Promise<void> {
  await fs.rm(`${directory}/tmp`, { recursive: true, force: true })
}

function parseState(value: unknown): CcacheState | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { directory, key, maxBytes } = value as Partial<CcacheState>
  return directory === undefined || key === undefined || maxBytes === undefined ? undefined : { directory, key, maxBytes }
}
