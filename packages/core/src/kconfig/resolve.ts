import type { ConfigValues } from './config-text.ts'
import { evaluate, renderExpression, symbolsOf, type Expression } from './expression.ts'
import { cheapest, unique, withChange, type Changes, type Obstacle, type Outcome } from './outcome.ts'
import { promptedSelectors } from './prompted-selectors.ts'
import { chosenRival, isOff, refusalOf, type Known } from './refusals.ts'
import type { ConfigRequest, SwitchValue } from './request.ts'
import type { Condition, KconfigTree, SymbolDefinition } from './tree.ts'

/** A change that makes a request possible. */
export interface Addition {
  readonly symbol: string
  readonly value: SwitchValue
  /** The request that needs it. */
  readonly for: ConfigRequest
  /** The Kconfig line that asks for it. */
  readonly because: string
}

export interface ResolveOptions {
  readonly tree: KconfigTree
  /** The last result of kconfig. */
  readonly values: ConfigValues
  readonly requests: readonly ConfigRequest[]
  /** Already decided additions of earlier rounds. */
  readonly added: readonly Addition[]
}

/** The changes that make one unmet `=y` or `=m` request possible, or the obstacles. */
export function resolveRequest(request: ConfigRequest, options: ResolveOptions): Outcome {
  const solver = new Solver(options)
  return solver.enable(request.symbol, { changes: new Map(), path: [], because: request.origin.where, isRequest: true })
}

interface Step {
  readonly changes: Changes
  readonly path: readonly string[]
  readonly because: string
  readonly isRequest?: boolean
}

class Solver {
  readonly #values: ConfigValues
  readonly #known: Known

  constructor({ tree, values, requests, added }: ResolveOptions) {
    this.#values = values
    this.#known = {
      tree,
      requested: new Map(requests.map((request) => [request.symbol, request])),
      added: new Map(added.map((addition) => [addition.symbol, addition])),
    }
  }

  enable(symbol: string, step: Step): Outcome {
    const state = this.#valueOf(symbol, step.changes)
    if (state === 'y' || state === 'm') return { changes: step.changes }
    const refusal = refusalOf(this.#known, symbol, step)
    if (refusal !== undefined) return { obstacles: [refusal] }
    const entry = this.#known.tree.symbols.get(symbol)
    const definitions = entry?.definitions ?? []
    const attempts: Outcome[] = []
    for (const definition of definitions) {
      if (definition.prompt !== undefined) attempts.push(this.#enableByPrompt(symbol, definition, step))
      else attempts.push(...this.#enableByDefault(symbol, definition, step))
    }
    const best = cheapest(attempts)
    if (best !== undefined) return best
    const obstacles = attempts
      .flatMap((attempt) => ('obstacles' in attempt ? [attempt.obstacles] : []))
      .toSorted((a, b) => a.length - b.length)[0]
    if (obstacles !== undefined && definitions.some((definition) => definition.prompt !== undefined)) return { obstacles }
    const selectors = promptedSelectors(this.#known.tree, symbol)
    const by =
      selectors.length === 0
        ? ''
        : `; it comes with ${selectors.slice(0, 4).join(', ')}${selectors.length > 4 ? ` or one of ${selectors.length - 4} more` : ''}`
    return { obstacles: [{ symbol, reason: `has no prompt and cannot be set directly${by}`, where: definitions[0]?.where }] }
  }

  #enableByPrompt(symbol: string, definition: SymbolDefinition, step: Step): Outcome {
    const needs = [...definition.depends, ...definition.visible]
    const outcome = this.#requireAll(needs, { ...step, path: [...step.path, symbol] })
    if ('obstacles' in outcome) return outcome
    const rival = chosenRival(this.#known, { symbol, definition, changes: outcome.changes })
    if (rival !== undefined) return { obstacles: [rival] }
    // What was asked for is in the fragment already; only what else it needs is new.
    const request = this.#known.requested.get(symbol)
    const isAsked = step.isRequest === true || (request !== undefined && request.value.value !== 'n')
    return { changes: isAsked ? outcome.changes : withChange(outcome.changes, symbol, { value: 'y', because: step.because }) }
  }

  /** A symbol without a prompt is on when one of its defaults holds. */
  #enableByDefault(symbol: string, definition: SymbolDefinition, step: Step): readonly Outcome[] {
    return definition.defaults.map((fallback) =>
      this.#requireAll(
        [
          ...definition.depends,
          ...(fallback.condition === undefined ? [] : [fallback.condition]),
          { expression: fallback.value, where: definition.where },
        ],
        { ...step, path: [...step.path, symbol] },
      ),
    )
  }

  #requireAll(needs: readonly Condition[], step: Step): Outcome {
    let changes = step.changes
    const obstacles: Obstacle[] = []
    for (const need of needs) {
      const outcome = this.#require(need.expression, { ...step, changes, because: need.where, isRequest: false })
      if ('obstacles' in outcome) obstacles.push(...outcome.obstacles)
      else changes = outcome.changes
    }
    return obstacles.length > 0 ? { obstacles: unique(obstacles) } : { changes }
  }

  #require(expression: Expression, step: Step): Outcome {
    if (evaluate(expression, (name) => this.#valueOf(name, step.changes)) !== 0) return { changes: step.changes }
    switch (expression.kind) {
      case 'symbol':
        return this.enable(expression.name, step)
      case 'and':
        return this.#requireAll(
          expression.parts.map((part) => ({ expression: part, where: step.because })),
          step,
        )
      case 'or': {
        const attempts = expression.parts.map((part) => this.#require(part, step))
        const best = cheapest(attempts)
        if (best !== undefined) return best
        return { obstacles: unique(attempts.flatMap((attempt) => ('obstacles' in attempt ? attempt.obstacles : []))) }
      }
      case 'not':
        return this.#requireOff(expression, step)
      case 'compare':
        if (expression.left.kind === 'symbol' && expression.right.kind === 'text' && isYes(expression.operator, expression.right.value))
          return this.enable(expression.left.name, step)
        break
      case 'text':
      case 'macro':
    }
    if (expression.kind === 'text' && expression.value === 'm')
      return {
        obstacles: [
          { symbol: 'm', reason: 'modules are off (MODULES=y switches them on), and it can only be a module', where: step.because },
        ],
      }
    return { obstacles: [this.#doesNotHold(expression, step)] }
  }

  #doesNotHold(expression: Expression, step: Step): Obstacle {
    const on = [...new Set(symbolsOf(expression))].filter((name) => ['y', 'm'].includes(this.#valueOf(name, step.changes) ?? 'n'))
    return {
      symbol: renderExpression(expression),
      reason: on.length === 0 ? 'does not hold' : `does not hold with ${on.join(', ')} on`,
      where: step.because,
    }
  }

  /** `!X`: simple when only a preset of ours, not the user, wants X. */
  #requireOff(expression: Expression & { readonly kind: 'not' }, step: Step): Outcome {
    if (expression.of.kind !== 'symbol') return { obstacles: [this.#doesNotHold(expression, step)] }
    const symbol = expression.of.name
    const request = this.#known.requested.get(symbol)
    if (request?.origin.kind === 'preset' && !this.#known.added.has(symbol))
      return { changes: withChange(step.changes, symbol, { value: 'n', because: step.because }) }
    const cause = request !== undefined && !isOff(request) ? `is set to ${request.value.value} by ${request.origin.where}` : 'is on'
    return { obstacles: [{ symbol: `!${symbol}`, reason: `is not met: ${symbol} ${cause}`, where: step.because }] }
  }

  #valueOf(symbol: string, changes: Changes): string | undefined {
    const change = changes.get(symbol)
    if (change !== undefined) return change.value
    const added = this.#known.added.get(symbol)
    if (added?.value === 'n') return 'n'
    return this.#values.get(symbol)
  }
}

function isYes(operator: string, value: string): boolean {
  return (operator === '=' && (value === 'y' || value === 'm')) || (operator === '!=' && value === 'n')
}
