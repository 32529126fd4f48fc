import { resolve } from 'node:path'
import { isWithin } from '@kernelkit/core/confine'
import { UserError, message, option, printable } from '@kernelkit/core/errors'
import type { BlockName, RawOptions } from '@kernelkit/core/options'
import { findProjectFile } from '@kernelkit/host'
import { realPlace } from '@kernelkit/host/files'
import type { Action } from './action.ts'

/** A path that an input names for what is read, in the form that the runner's user wrote. */
interface NamedPath {
  readonly name: string
  /** Absolute. */
  readonly path: string
}

/**
 * Paths of the workflow in the workspace, where the change that is tested may have put a link in their place: to credentials of the runner, which
 * would come out in a log, in artifacts, or in the guest. Throws LINK_IN_PATH for one that leads out of the workspace.
 */
export async function refuseLinksOut(
  { host, inputs, workspace }: Pick<Action, 'host' | 'inputs' | 'workspace'>,
  { block, projectFile }: { readonly block: BlockName; readonly projectFile: boolean },
): Promise<void> {
  const { inputPaths, locatePaths, unsureConfigs } = await import('@kernelkit/core/project')
  const at = (path: string) => resolve(host.cwd, path)
  const options: RawOptions = locatePaths(block, inputs, { at, hasConfig: (path) => unsureConfigs(inputs).includes(path) })
  const file = projectFile ? await findProjectFile(host) : undefined
  const inputsNamed = inputPaths(block, options)
  const sources = inputsNamed.filter(({ name }) => name === 'source')
  const named: readonly NamedPath[] = [
    { name: 'working-directory', path: host.cwd },
    ...inputsNamed,
    // A configuration may also be in the source.
    ...unsureConfigs(inputs).flatMap((config) => sources.map(({ path }) => ({ name: 'config', path: resolve(path, config) }))),
    ...(file === undefined ? [] : [{ name: 'project-file', path: file }]),
  ]
  const real = await realPlace(host, workspace)
  for (const { name, path } of named) {
    if (!isWithin(path, workspace)) continue
    const to = await realPlace(host, path)
    if (isWithin(to, real)) continue
    throw new UserError(
      'LINK_IN_PATH',
      message`${option(name)} leads out of the workspace through a symbolic link: ${printable(path)} -> ${printable(to)}.`,
      {
        hint: 'Name what the link leads to, if it is the one you mean: the change that is tested could have made the link.',
        details: { input: name, path, to },
      },
    )
  }
}
