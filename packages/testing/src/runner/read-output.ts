import { parseWorkflowCommand, type WorkflowCommand } from './workflow-commands.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly file?: string
  readonly line?: string
  readonly title?: string
}

/** What the runner makes of the output of one stage. */
export interface StageOutput {
  /** What people see: masked, commands to the runner left out. */
  readonly log: string
  readonly annotations: readonly Annotation[]
  readonly groups: readonly string[]
  /** Everything that was obeyed, in order. */
  readonly commands: readonly WorkflowCommand[]
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  /** Secrets known after it, those of earlier stages too. */
  readonly masks: readonly string[]
  /** Orders that the runner refuses: they fail the step. */
  readonly refused: readonly string[]
}

/** Obey the lines of one stage. */
export function readOutput(lines: readonly string[], knownMasks: readonly string[]): StageOutput {
  const log: string[] = []
  const commands: WorkflowCommand[] = []
  const refused: string[] = []
  let masks = knownMasks
  let resumeToken: string | undefined
  for (const line of lines) {
    const command = parseWorkflowCommand(line, resumeToken)
    if (resumeToken !== undefined) {
      log.push(maskSecrets(line, masks))
      if (command?.name === resumeToken.toLowerCase()) resumeToken = undefined
      continue
    }
    if (command === undefined) {
      log.push(maskSecrets(line, masks))
      continue
    }
    commands.push(command)
    if (command.name === 'stop-commands') resumeToken = command.data
    else if (command.name === 'add-mask') masks = [...masks, ...secretsOf(command.data)]
    else if (command.name === 'set-env' || command.name === 'add-path') refused.push(line)
    else if (['error', 'warning', 'notice', 'group'].includes(command.name)) {
      log.push(maskSecrets(`${command.name}: ${command.data}`, masks))
    }
  }
  const named = (name: string) =>
    Object.fromEntries(commands.filter((command) => command.name === name).map(({ properties, data }) => [properties['name'], data]))
  return {
    log: log.join('\n'),
    annotations: commands.flatMap((command) => toAnnotation(command, masks) ?? []),
    groups: commands.filter(({ name }) => name === 'group').map(({ data }) => data),
    commands,
    outputs: named('set-output'),
    state: named('save-state'),
    masks,
    refused,
  }
}

/** Put stars where a secret is. */
export function maskSecrets(text: string, masks: readonly string[]): string {
  return masks.reduce((result, secret) => result.replaceAll(secret, '***'), text)
}

/** The whole and each of its lines. */
function secretsOf(data: string): readonly string[] {
  return [data, ...data.split(/[\r\n]+/)].filter((secret) => secret.trim() !== '')
}

function toAnnotation({ name, properties, data }: WorkflowCommand, masks: readonly string[]): Annotation | undefined {
  if (name !== 'error' && name !== 'warning' && name !== 'notice') return undefined
  const { file, line, title } = properties
  return {
    level: name,
    message: maskSecrets(data, masks),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(title === undefined ? {} : { title }),
  }
}
