import { dirname, relative, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { BlockName } from '@kernelkit/core/options'
import type { Locator, ProjectFile } from '@kernelkit/core/project'
import type { Host } from '../../host.ts'

/** A kernelkit.yaml that was read. */
export interface OpenedProjectFile {
  readonly file: ProjectFile
  /** What its paths are relative to. */
  readonly directory: string
  /** The directory as a function, with the files next to it that the block may name. */
  readonly locatorOf: (block: BlockName) => Promise<Locator>
}

/** Throws BAD_PROJECT_FILE with the place of what is not understood. */
export async function openProjectFile(host: Pick<Host, 'fs' | 'cwd' | 'uid'>, path: string): Promise<OpenedProjectFile> {
  const directory = dirname(path)
  const text = await readProjectText(host, path)
  // The YAML library takes a tenth of the command's start: only a project that has the file pays for it.
  const { parseProjectFile, unsureConfigs } = await import('@kernelkit/core/project')
  const file = parseProjectFile(text, relative(host.cwd, path))
  const at = (name: string) => resolve(directory, name) + (name.length > 1 && name.endsWith('/') ? '/' : '')
  const locatorOf = async (block: BlockName): Promise<Locator> => {
    const configs = unsureConfigs(file.blocks[block] ?? {})
    const found = new Set((await Promise.all(configs.map(async (name) => ((await host.fs.exists(at(name))) ? [name] : [])))).flat())
    return { at, hasConfig: (name) => found.has(name) }
  }
  return { file, directory, locatorOf }
}

async function readProjectText(host: Pick<Host, 'fs' | 'uid'>, path: string): Promise<string> {
  const directory = await host.fs.stat(dirname(path))
  const { uid } = await host.fs.stat(path)
  // The file names programs and shares directories for writing: in a directory such as /tmp, any user could have put it there.
  if ((directory.mode & 0o002) !== 0 && uid !== host.uid && uid !== 0) {
    throw new UserError('BAD_PROJECT_FILE', `${path} belongs to uid ${uid} and is in a world-writable directory: it is not read.`, {
      hint: 'Work in a directory of your own, or change the owner of the file.',
      details: { file: path, uid },
    })
  }
  try {
    // Fatal: other bytes would become other words and paths.
    return new TextDecoder('utf-8', { fatal: true }).decode(await host.fs.readFile(path))
  } catch (cause) {
    throw new UserError('BAD_PROJECT_FILE', `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`, {
      hint: 'Check that it is a regular file that you may read.',
      details: { file: path },
      cause,
    })
  }
}
