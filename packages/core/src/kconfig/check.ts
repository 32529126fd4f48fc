import { nearestName } from '../errors/index.ts'
import { isMet, renderValue, type ConfigValues } from './config-text.ts'
import { evaluate, renderExpression } from './expression.ts'
import type { ConfigRequest } from './request.ts'
import type { Obstacle } from './outcome.ts'
import { resolveRequest, type Addition } from './resolve.ts'
import type { KconfigSymbol, KconfigTree } from './tree.ts'

/** A request that the result does not give. */
export interface UnmetRequest {
  readonly request: ConfigRequest
  readonly found: string
  readonly obstacles: readonly Obstacle[]
}

export interface UnknownSymbol {
  readonly request: ConfigRequest
  readonly nearest: string | undefined
}

export interface ConfigCheck {
  /** Changes that make unmet requests possible: configure again with them. */
  readonly additions: readonly Addition[]
  readonly unmet: readonly UnmetRequest[]
  readonly unknown: readonly UnknownSymbol[]
}

export interface CheckOptions {
  readonly tree: KconfigTree
  readonly values: ConfigValues
  readonly requests: readonly ConfigRequest[]
  readonly added: readonly Addition[]
}

/** Compare every request with the result; say what else to switch on, and what is impossible and why. */
export function checkConfig(options: CheckOptions): ConfigCheck {
  const added = new Map(options.added.map((addition) => [addition.symbol, addition]))
  const additions: Addition[] = []
  const unmet: UnmetRequest[] = []
  const unknown: UnknownSymbol[] = []
  for (const request of options.requests) {
    const symbol = options.tree.symbols.get(request.symbol)
    if (symbol === undefined || symbol.definitions.length === 0) {
      unknown.push({ request, nearest: undefined })
      continue
    }
    // What an earlier round switched off for the user is no longer asked for.
    if (isMet(request, options.values) || added.get(request.symbol)?.value === 'n') continue
    const found = options.values.get(request.symbol) ?? (isText(request) ? 'nothing' : 'n')
    if (isOffRequest(request)) {
      unmet.push({ request, found, obstacles: whyOn(symbol, options.values) })
      continue
    }
    const outcome = resolveRequest(request, { ...options, added: [...added.values()] })
    if ('obstacles' in outcome) {
      unmet.push({ request, found, obstacles: outcome.obstacles })
      continue
    }
    const fresh = [...outcome.changes].filter(([name, change]) => added.get(name)?.value !== change.value)
    if (fresh.length === 0) unmet.push({ request, found, obstacles: whyDifferent(request, symbol, options) })
    for (const [name, change] of fresh) {
      const addition: Addition = { symbol: name, value: change.value, for: request, because: change.because }
      added.set(name, addition)
      additions.push(addition)
    }
  }
  const names =
    unknown.length === 0
      ? []
      : [...options.tree.symbols.values()].filter((symbol) => symbol.definitions.length > 0).map((symbol) => symbol.name)
  return { additions, unmet, unknown: unknown.map(({ request }) => ({ request, nearest: nearestName(request.symbol, names) })) }
}

function isText(request: ConfigRequest): boolean {
  return request.value.kind !== 'tristate'
}

function isOffRequest(request: ConfigRequest): boolean {
  return request.value.kind === 'tristate' && request.value.value === 'n'
}

/** Why a symbol is on although n was asked. */
function whyOn(symbol: KconfigSymbol, values: ConfigValues): readonly Obstacle[] {
  const valueOf = (name: string) => values.get(name)
  const selections = symbol.selectedBy.filter(
    ({ by, condition }) => ['y', 'm'].includes(values.get(by) ?? 'n') && (condition === undefined || evaluate(condition, valueOf) !== 0),
  )
  if (selections.length > 0) {
    return selections
      .slice(0, 4)
      .map((selection) => ({ symbol: symbol.name, reason: `is selected by ${selection.by}, which is on`, where: selection.where }))
  }
  const prompted = symbol.definitions.find((definition) => definition.prompt !== undefined)
  if (prompted === undefined)
    return [{ symbol: symbol.name, reason: 'has no prompt: its default decides', where: symbol.definitions[0]?.where }]
  const closed = [...prompted.visible, ...prompted.depends].filter((condition) => evaluate(condition.expression, valueOf) === 0)
  if (closed.length > 0) {
    return closed.map((condition) => ({
      symbol: symbol.name,
      reason: `can only be changed with ${renderExpression(condition.expression)}; its default is on`,
      where: condition.where,
    }))
  }
  const choice = prompted.choice
  if (choice !== undefined)
    return [{ symbol: symbol.name, reason: 'is the chosen member of a choice: ask for another member', where: prompted.where }]
  return [{ symbol: symbol.name, reason: 'is kept on by kconfig', where: prompted.where }]
}

/** Every condition holds and kconfig still answered something else. */
function whyDifferent(request: ConfigRequest, symbol: KconfigSymbol, options: CheckOptions): readonly Obstacle[] {
  const valueOf = (name: string) => options.values.get(name)
  const text = (name: string | undefined) => (name === undefined ? undefined : Number(name))
  for (const definition of symbol.definitions) {
    for (const range of definition.ranges) {
      if (range.condition !== undefined && evaluate(range.condition, valueOf) === 0) continue
      const [low, high] = [range.low, range.high].map((end) =>
        text(end.kind === 'symbol' ? valueOf(end.name) : end.kind === 'text' ? end.value : undefined),
      )
      const asked = Number(renderValue(request.value))
      if (low !== undefined && high !== undefined && (asked < low || asked > high))
        return [{ symbol: symbol.name, reason: `must be from ${low} to ${high}`, where: range.where }]
    }
  }
  const isNumber = symbol.type === 'int' || symbol.type === 'hex'
  const expected = symbol.type === 'string' ? 'string' : isNumber ? 'number' : 'tristate'
  const where = symbol.definitions[0]?.where
  if (symbol.type !== undefined && expected !== request.value.kind)
    return [{ symbol: symbol.name, reason: `is of type ${symbol.type}`, where }]
  const closed = symbol.definitions
    .flatMap((definition) => (definition.prompt === undefined ? [] : [...definition.depends, ...definition.visible]))
    .filter((condition) => evaluate(condition.expression, valueOf) === 0)
  if (closed.length > 0)
    return closed.map((condition) => ({
      symbol: renderExpression(condition.expression),
      reason: 'was asked for too and is not met',
      where: condition.where,
    }))
  const macros = symbol.definitions
    .flatMap((definition) => [...definition.depends, ...definition.visible])
    .filter((condition) => evaluate(condition.expression, valueOf) === undefined)
  if (macros.length > 0)
    return macros.map((condition) => ({
      symbol: symbol.name,
      reason: `needs ${renderExpression(condition.expression)}, which these build tools may not give`,
      where: condition.where,
    }))
  const members = symbol.definitions
    .flatMap(({ choice }) => (choice === undefined ? [] : (options.tree.choices[choice]?.members ?? [])))
    .filter((member) => ['y', 'm'].includes(options.values.get(member) ?? 'n'))
  if (members.length > 0) return [{ symbol: symbol.name, reason: `lost its choice to ${members.join(', ')}`, where }]
  return [{ symbol: symbol.name, reason: 'was refused by kconfig', where }]
}

/** One line for people: what was asked where, what was found, and the reasons. */
export function renderUnmet({ request, found, obstacles }: UnmetRequest): string {
  const reasons = obstacles.map((obstacle) => {
    const place = obstacle.where === undefined ? '' : ` (${obstacle.where})`
    if (obstacle.symbol === 'm') return `${obstacle.reason}${place}`
    if (obstacle.symbol === request.symbol) return `it ${obstacle.reason}${place}`
    return `needs ${obstacle.symbol}${place}, which ${obstacle.reason}`
  })
  return `${request.symbol}: asked for ${renderValue(request.value)} (${request.origin.where}), found ${found}: ${reasons.join('; ') || 'no reason found'}`
}

/** `+NET_SCHED for NET_SCH_FQ, net/config:31` */
export function renderAddition(addition: Addition): string {
  return `${addition.value === 'y' ? '+' : '-'}${addition.symbol} for ${addition.for.symbol}, ${addition.for.origin.where}`
}
