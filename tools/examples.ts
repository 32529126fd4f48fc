import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { chooseProject, renderInitFiles } from '@kernelkit/core/init'
import { nodeHost } from '@kernelkit/host'
import { lookAtDirectory } from '../packages/cli/src/init/look-at-directory.ts'
import { repository } from './source-files.ts'

/** What `kernelkit init` proposes for each project below examples/init; paths are relative to the repository. */
export async function renderExamples(): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const files = []
  for (const name of readdirSync(join(repository, 'examples/init')).toSorted()) {
    const directory = `examples/init/${name}`
    const facts = await lookAtDirectory(nodeHost(), join(repository, directory))
    const project = chooseProject(facts)
    if (project === undefined) throw new Error(`${directory} has nothing that init knows`)
    for (const { path, text } of renderInitFiles(project, { ci: 'github', name })) files.push({ path: `${directory}/${path}`, text })
  }
  return files
}
