import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The directories of a runner, in the shape that GitHub's own machines have. */
export interface RunnerFolders {
  readonly workspace: string
  readonly temp: string
  readonly toolCache: string
  /** Where the runner unpacks actions of other repositories. */
  readonly actions: string
  readonly eventFile: string
}

export async function makeRunnerFolders(folder: string): Promise<RunnerFolders> {
  const folders = {
    workspace: join(folder, 'work', 'project', 'project'),
    temp: join(folder, 'work', '_temp'),
    toolCache: join(folder, 'hostedtoolcache'),
    actions: join(folder, 'work', '_actions'),
    eventFile: join(folder, 'work', '_temp', '_github_workflow', 'event.json'),
  }
  // The runner empties it before each job.
  await rm(folders.temp, { recursive: true, force: true })
  for (const path of [folders.workspace, join(folders.temp, '_runner_file_commands'), folders.toolCache, dirname(folders.eventFile)]) {
    await mkdir(path, { recursive: true })
  }
  await writeFile(folders.eventFile, '{}\n')
  return folders
}
