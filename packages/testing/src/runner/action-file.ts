import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

/** What the runner takes from an action.yml. */
export interface ActionFile {
  readonly directory: string
  /** Declared inputs with their defaults; none is the empty string. */
  readonly defaults: Readonly<Record<string, string>>
  readonly main: string
  readonly post?: string
  readonly postIf: string
}

interface RawAction {
  readonly inputs?: Readonly<Record<string, { readonly default?: unknown } | null>>
  readonly runs: { readonly using: string; readonly main: string; readonly post?: string; readonly 'post-if'?: string }
}

export async function readActionFile(directory: string): Promise<ActionFile> {
  const { inputs = {}, runs } = parse(await readFile(join(directory, 'action.yml'), 'utf8')) as RawAction
  const [, major] = /^node(\d+)$/.exec(runs.using) ?? []
  if (major === undefined || process.versions.node.split('.')[0] !== major) {
    throw new Error(`${directory}/action.yml asks for ${runs.using}, this is Node ${process.versions.node}`)
  }
  return {
    directory,
    defaults: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, toText(input?.default)])),
    main: runs.main,
    ...(runs.post === undefined ? {} : { post: runs.post }),
    postIf: runs['post-if'] ?? 'always()',
  }
}

/** Inputs as an action gets them: names compared without case, undeclared ones passed on all the same. */
export function joinInputs(
  { defaults }: ActionFile,
  given: Readonly<Record<string, unknown>>,
): { readonly inputs: Readonly<Record<string, string>>; readonly undeclared: readonly string[] } {
  const isGiven = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  const isDeclared = new Set(Object.keys(defaults).map((name) => name.toLowerCase()))
  return {
    inputs: Object.fromEntries([
      ...Object.entries(defaults).filter(([name]) => !isGiven.has(name.toLowerCase())),
      ...Object.entries(given).map(([name, value]) => [name, toText(value)]),
    ]),
    undeclared: Object.keys(given).filter((name) => !isDeclared.has(name.toLowerCase())),
  }
}

/** `INPUT_` variables: blanks become underscores, letters capitals, and nothing else changes. */
export function inputVariables(inputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]))
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Error(`an input must be text, a number or a boolean: ${JSON.stringify(value)}`)
}
