import { flagOption, type BlockName, type RawOptions } from '@kernelkit/core/options'
import { readProjectOptions } from '@kernelkit/host'
import type { Action } from './action.ts'
import { refuseLinksOut } from './workspace-links.ts'

export interface OptionQuestion {
  readonly block: BlockName
  /** The command whose options these are: `build`, `bake`, `run`. */
  readonly command: string
  readonly words?: readonly string[]
}

export interface ReadOptions {
  readonly options: RawOptions
  /** kernelkit.yaml says how the kernel is built: what was built last for the project is meant. */
  readonly projectKernel: boolean
}

/** The inputs, and where the step asks for it the options of the nearest kernelkit.yaml below them: the file is a part of the change that is tested. */
export async function readOptions(
  { host, inputs, readAlso, workspace }: Pick<Action, 'host' | 'inputs' | 'readAlso' | 'workspace'>,
  { block, command, words = [] }: OptionQuestion,
): Promise<ReadOptions> {
  const projectFile = flagOption(inputs, 'projectFile') || flagOption(inputs, 'trustProject')
  await refuseLinksOut({ host, inputs, workspace }, { block, projectFile })
  if (!projectFile) return { options: inputs, projectKernel: false }
  const project = await readProjectOptions(host, { block, command, words, given: inputs })
  if (project?.note !== undefined) host.log.info(project.note)
  if (project !== undefined) readAlso(project.places)
  return project ?? { options: inputs, projectKernel: false }
}
