import { dirname, relative, resolve } from 'node:path'
import { hostArch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { findProjectFile, type Host } from '@kernelkit/host'
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
  const block = definition.projectBlock?.(args)
  const path = block === undefined ? undefined : await findProjectFile(host)
  if (block === undefined || path === undefined) return { context, options }
  const shown = relative(host.cwd, path)
  const text = await readProjectText(host, path)
  // The YAML library takes a tenth of the command's start: only a project that has the file pays for it.
  const { applyProjectFile, parseProjectFile, unsureConfigs } = await import('@kernelkit/core/project')
  const file = parseProjectFile(text, shown)
  const at = (name: string) => resolve(dirname(path), name) + (name.length > 1 && name.endsWith('/') ? '/' : '')
  const configs = unsureConfigs(file.blocks[block]?.values ?? {})
  const found = new Set((await Promise.all(configs.map(async (name) => ((await host.fs.exists(at(name))) ? [name] : [])))).flat())
  const merged = applyProjectFile({
    file,
    block,
    command: definition.name,
    given: options,
    words: definition.name === 'config' && args[0] === 'show' ? args.slice(1) : args,
    locator: { at, hasConfig: (name) => found.has(name) },
    hostArch: hostArch(host.nodeArch),
  })
  const line = `defaults from ${shown} (${block}): ${merged.used.join(', ')}`
  if (merged.used.length > 0) {
    if (context.dryRun && !context.json) context.print(`# ${line}`)
    else host.log.info(line)
  }
  const projectFile = { path, block, options: merged.used }
  const printJson = (document: unknown) =>
    context.printJson(
      typeof document === 'object' && document !== null && !Array.isArray(document) ? { ...document, projectFile } : document,
    )
  return { context: { ...context, printJson }, options: merged.options }
}

async function readProjectText(host: Host, path: string): Promise<string> {
  const folder = await host.fs.stat(dirname(path))
  const { uid } = await host.fs.stat(path)
  // The file names programs and shares folders for writing: in a folder such as /tmp anybody could have put it there.
  if ((folder.mode & 0o002) !== 0 && uid !== host.uid && uid !== 0) {
    throw new UserError('BAD_PROJECT_FILE', `${path} belongs to uid ${uid}, in a folder where everybody writes: it is not read.`, {
      hint: 'work in a folder of your own, or own the file.',
      details: { file: path, uid },
    })
  }
  try {
    return await host.fs.readFile(path, 'utf8')
  } catch (cause) {
    throw new UserError('BAD_PROJECT_FILE', `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`, {
      hint: 'check its kind and its permissions.',
      details: { file: path },
      cause,
    })
  }
}
