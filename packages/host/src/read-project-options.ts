import { dirname, relative, resolve } from 'node:path'
import { hostArch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import type { BlockName } from '@kernelkit/core/project'
import type { RawRecord } from '@kernelkit/core/spec'
import type { Host } from './host.ts'
import { findProjectFile } from './project.ts'

export interface ProjectQuestion {
  readonly block: BlockName
  /** `build`, `boot`, …: not every command has every option of the block. */
  readonly command: string
  /** SOURCE and VAR=VALUE of `build`. */
  readonly words: readonly string[]
  /** Options of the command line or inputs of an action, camelCase. */
  readonly given: RawRecord
}

export interface ProjectOptions {
  /** Of the file. */
  readonly path: string
  /** What was given over what the file says. */
  readonly options: RawRecord
  /** Names of the options that the file gave. */
  readonly used: readonly string[]
  /** Which they are, for the log; `undefined` when there are none. */
  readonly note: string | undefined
}

/** Options over those of the nearest kernelkit.yaml; `undefined` where there is none. */
export async function readProjectOptions(
  host: Host,
  { block, command, words, given }: ProjectQuestion,
): Promise<ProjectOptions | undefined> {
  const path = await findProjectFile(host)
  if (path === undefined) return undefined
  const shown = relative(host.cwd, path)
  const text = await readProjectText(host, path)
  // The YAML library takes a tenth of the command's start: only a project that has the file pays for it.
  const { applyProjectFile, parseProjectFile, unsureConfigs } = await import('@kernelkit/core/project')
  const file = parseProjectFile(text, shown)
  const at = (name: string) => resolve(dirname(path), name) + (name.length > 1 && name.endsWith('/') ? '/' : '')
  const configs = unsureConfigs(file.blocks[block]?.values ?? {})
  const found = new Set((await Promise.all(configs.map(async (name) => ((await host.fs.exists(at(name))) ? [name] : [])))).flat())
  const locator = { at, hasConfig: (name: string) => found.has(name) }
  const { options, used } = applyProjectFile({ file, block, command, given, words, locator, hostArch: hostArch(host.nodeArch) })
  return { path, options, used, note: used.length === 0 ? undefined : `defaults from ${shown} (${block}): ${used.join(', ')}` }
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
