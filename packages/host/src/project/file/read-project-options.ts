import { hostArch } from '@kernelkit/core/arch'
import type { Place } from '@kernelkit/core/errors'
import { flagOption, type BlockName, type RawOptions } from '@kernelkit/core/options'
import type { Host } from '../../host.ts'
import { openProjectFile } from './open-project-file.ts'
import { findProjectFile } from '../project.ts'

export interface ProjectQuery {
  readonly block: BlockName
  /** `build`, `boot`, …: not every command has every option of the block. */
  readonly command: string
  /** SOURCE and VAR=VALUE of `build`. */
  readonly words: readonly string[]
  /** Options of the command line or inputs of an action. */
  readonly given: RawOptions
}

export interface ProjectOptions {
  /** Of the file. */
  readonly path: string
  /** What was given over what the file says. */
  readonly options: RawOptions
  /** The kernel that was built last for the project is meant. */
  readonly projectKernel: boolean
  /** Names of the options that the file gave, and where. */
  readonly used: readonly string[]
  readonly places: Readonly<Record<string, Place>>
  /** The user has consented to the file as it is. */
  readonly isTrusted: () => Promise<boolean>
  /** These names for the log; `undefined` when there are none. */
  readonly note: string | undefined
}

/** Options over those of the nearest kernelkit.yaml; `undefined` where there is none. Throws PROJECT_NOT_TRUSTED for what reaches beyond the project. */
export async function readProjectOptions(host: Host, { block, command, words, given }: ProjectQuery): Promise<ProjectOptions | undefined> {
  const path = await findProjectFile(host)
  if (path === undefined) return undefined
  const trusted = flagOption(given, 'trustProject')
  const { file, locatorOf, requireConsent, isTrusted } = await openProjectFile(host, path, { trusted })
  const { applyProjectFile, placesOf, reachingValues } = await import('@kernelkit/core/project/file')
  const locator = await locatorOf(block)
  const { options, used, projectKernel } = applyProjectFile({
    file,
    block,
    command,
    given,
    words,
    locator,
    hostArch: hostArch(host.nodeArch),
  })
  await requireConsent(reachingValues(block, options))
  return {
    path,
    options,
    projectKernel,
    used,
    places: placesOf(options),
    isTrusted,
    note: used.length === 0 ? undefined : `defaults from ${file.name} (${block}): ${used.join(', ')}`,
  }
}
