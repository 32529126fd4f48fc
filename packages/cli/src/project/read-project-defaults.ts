import { givenOptions } from '@kernelkit/core/options'
import type { CommandContext, CommandDefinition, RawOptions } from '../command.ts'

export interface ProjectInput {
  readonly definition: Pick<CommandDefinition, 'name' | 'projectBlock'>
  readonly args: readonly string[]
  readonly options: RawOptions
}

export interface ProjectDefaults {
  /** Its JSON document names the file. */
  readonly context: CommandContext
  readonly options: RawOptions
}

/** The command's options over those of the nearest kernelkit.yaml; one line says which of them came from there. */
export async function readProjectDefaults(context: CommandContext, { definition, args, options }: ProjectInput): Promise<ProjectDefaults> {
  const { host } = context
  const { name } = definition
  const block = definition.projectBlock?.(args)
  if (block === undefined) return { context, options }
  const words = name === 'config' && args[0] === 'show' ? args.slice(1) : args
  // Loaded here, not for --help.
  const { containerVariable, readProjectOptions } = await import('@kernelkit/host')
  // In the container the command has another user, and its caller has asked already.
  const isAsked = host.env[containerVariable] !== undefined
  const given = isAsked ? { ...options, ...givenOptions({ trustProject: true }) } : options
  const project = await readProjectOptions(host, { block, command: name, words, given })
  if (project === undefined) return { context, options }
  const { path, used, note, places, projectKernel, isTrusted } = project
  const untrustedProject = context.dryRun && !(await isTrusted())
  if (note !== undefined) {
    if (context.dryRun && !context.json) context.print(`# ${note}`)
    else host.log.info(note)
  }
  const projectFile = { path, block, options: used }
  const printJson = (document: unknown) =>
    context.printJson(
      typeof document === 'object' && document !== null && !Array.isArray(document) ? { ...document, projectFile } : document,
    )
  return {
    context: { ...context, reader: { ...context.reader, places }, projectKernel, untrustedProject, printJson },
    options: project.options,
  }
}
