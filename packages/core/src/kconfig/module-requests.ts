import { UserError, message, option } from '../errors/index.ts'
import { isUserOrigin, type ConfigRequest } from './request.ts'

/** Whether modules are built, and what is asked of the configuration for that. */
export interface ModuleRequests {
  readonly modules: boolean
  /** The weakest of all. */
  readonly requests: readonly ConfigRequest[]
}

/**
 * What `--modules` adds to the requests: `auto` builds modules when something is asked for as `=m`. A whole configuration as base has them when it
 * has modules of its own. Throws `BAD_OPTION` when a word of the command line says the opposite.
 */
export function moduleRequests(
  mode: 'auto' | 'yes' | 'no',
  { requests, base }: { readonly requests: readonly ConfigRequest[]; readonly base?: string | undefined },
): ModuleRequests {
  const own = requests.findLast(({ symbol, origin }) => symbol === 'MODULES' && isUserOrigin(origin))
  const opposite = { yes: 'n', no: 'y', auto: undefined }[mode]
  if (own !== undefined && own.value.value === opposite && own.origin.kind === 'command') {
    throw new UserError('BAD_OPTION', message`${option('modules', mode)} and ${own.origin.where} contradict each other.`, {
      hint: 'Keep one of them.',
    })
  }
  const asks = requests.some(({ value, origin }) => value.kind === 'tristate' && value.value === 'm' && isUserOrigin(origin))
  const inBase = base !== undefined && /^CONFIG_MODULES=y$/m.test(base) && /^CONFIG_\w+=m$/m.test(base)
  const modules = mode === 'yes' || (mode === 'auto' && own?.value.value !== 'n' && (own?.value.value === 'y' || asks || inBase))
  if (mode === 'no') return { modules, requests: [request('MODULES', 'n', 'everything is built in')] }
  if (!modules) return { modules, requests: [] }
  return {
    modules,
    requests: [request('MODULES', 'y', 'something is a module'), { ...request('MODULE_UNLOAD', 'y', 'rmmod works'), optional: true }],
  }
}

function request(symbol: string, value: 'y' | 'n', why: string): ConfigRequest {
  return { symbol, value: { kind: 'tristate', value }, origin: { kind: 'always', where: '--modules', why }, optional: false }
}
