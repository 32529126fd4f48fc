import type { Changes, Obstacle } from './outcome.ts'
import { isUserOrigin, type ConfigRequest, type SwitchValue } from './request.ts'
import type { KconfigTree, SymbolDefinition } from './tree.ts'

/** What is decided before the solver looks at an option. */
export interface Known {
  readonly tree: KconfigTree
  readonly requested: ReadonlyMap<string, ConfigRequest>
  /** Additions of earlier rounds. */
  readonly added: ReadonlyMap<string, { readonly value: SwitchValue }>
}

/** Never switched on for another option: they widen or break what kconfig assumes about the machine. */
const neverAdded = new Set(['COMPILE_TEST', 'BROKEN', 'MODULES'])

/** Nested needs beyond this are no longer "simple". */
const depthLimit = 24

interface Attempt {
  readonly changes: Changes
  /** The options that led here. */
  readonly path: readonly string[]
  /** The option itself was asked for. */
  readonly isRequest?: boolean
}

/** Why `symbol` may not be switched on at all. */
export function refusalOf({ tree, requested, added }: Known, symbol: string, { changes, path, isRequest }: Attempt): Obstacle | undefined {
  const entry = tree.symbols.get(symbol)
  const where = entry?.definitions[0]?.where
  const request = requested.get(symbol)
  if (request !== undefined && isOff(request) && isRequest !== true) {
    return { symbol, reason: `was set to n by ${request.origin.where}`, where, byUser: isUserOrigin(request.origin) }
  }
  if (entry === undefined || entry.definitions.length === 0)
    return { symbol, reason: 'does not exist in this tree for this architecture', where: undefined }
  if (changes.get(symbol)?.value === 'n' || added.get(symbol)?.value === 'n')
    return { symbol, reason: 'had to be switched off for another option', where }
  if (path.includes(symbol) || path.length > depthLimit)
    return { symbol, reason: 'depends on itself in a way that only kconfig can solve', where }
  if (neverAdded.has(symbol) && isRequest !== true) return { symbol, reason: 'is never switched on for another option; ask for it', where }
  return undefined
}

interface Candidate {
  readonly symbol: string
  readonly definition: SymbolDefinition
  readonly changes: Changes
}

/** Another member of the same choice that was asked for. */
export function chosenRival({ tree, requested }: Known, { symbol, definition, changes }: Candidate): Obstacle | undefined {
  const members = definition.choice === undefined ? [] : (tree.choices[definition.choice]?.members ?? [])
  const { where } = definition
  for (const member of members) {
    if (member === symbol) continue
    const request = requested.get(member)
    if (request !== undefined && !isOff(request))
      return { symbol, reason: `excludes ${member}, its rival in one choice, which ${request.origin.where} asks for`, where }
    if (changes.get(member)?.value === 'y')
      return { symbol, reason: `excludes ${member}, its rival in one choice, which is needed too`, where }
  }
  return undefined
}

/** The user or a preset, not the base alone, wants it off. */
export function isOff(request: ConfigRequest): boolean {
  return (
    request.value.kind === 'tristate' && request.value.value === 'n' && (isUserOrigin(request.origin) || request.origin.kind === 'preset')
  )
}
