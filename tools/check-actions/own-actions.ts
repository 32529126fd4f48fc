import { entriesOf, valueOf, type YamlFile } from './yaml-file.ts'

/** What an action.yml of ours declares. */
export interface OwnAction {
  readonly inputs: readonly string[]
  /** Inputs that a step must give. */
  readonly required: readonly string[]
  readonly outputs: readonly string[]
}

/** By the name of their directory. */
export type OwnActions = ReadonlyMap<string, OwnAction>

export function readOwnAction({ value }: YamlFile): OwnAction {
  const inputs = entriesOf(valueOf(value, 'inputs'))
  const isRequired = (input: unknown): boolean => valueOf(input, 'required') === true && valueOf(input, 'default') === undefined
  return {
    inputs: inputs.map(([name]) => name),
    required: inputs.filter(([, input]) => isRequired(input)).map(([name]) => name),
    outputs: entriesOf(valueOf(value, 'outputs')).map(([name]) => name),
  }
}

/** Name of the action of ours that a step uses: from this repository's directory, or as other repositories use it; `one-step` is the one at the root. */
export function ownActionName(uses: string): string | undefined {
  if (/^[\w.-]+\/kernelkit@[^/]+$/.test(uses)) return 'one-step'
  return /^(?:\.\/|[\w.-]+\/kernelkit\/)actions\/([^@/]+)(?:@.*)?$/.exec(uses)?.[1]
}
