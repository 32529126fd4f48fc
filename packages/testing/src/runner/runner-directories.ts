import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The directories of a runner, in the shape that GitHub's own machines have. */
export interface RunnerDirectories {
  readonly workspace: string
  readonly temp: string
  readonly toolCache: string
  /** Where the runner unpacks actions of other repositories. */
  readonly actions: string
  readonly eventFile: string
}

export async function makeRunnerDirectories(directory: string): Promise<RunnerDirectories> {
  const directories = {
    workspace: join(directory, 'work', 'project', 'project'),
    temp: join(directory, 'work', '_temp'),
    toolCache: join(directory, 'hostedtoolcache'),
    actions: join(directory, 'work', '_actions'),
    eventFile: join(directory, 'work', '_temp', '_github_workflow', 'event.json'),
  }
  // The runner empties it before each job.
  await rm(directories.temp, { recursive: true, force: true })
  for (const path of [
    directories.workspace,
    join(directories.temp, '_runner_file_commands'),
    directories.toolCache,
    dirname(directories.eventFile),
  ]) {
    await mkdir(path, { recursive: true })
  }
  await writeFile(directories.eventFile, '{}\n')
  return directories
}
