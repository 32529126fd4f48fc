import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './source-files.ts'

const directory = join(repository, 'actions')

/** Names of the directories with an action. */
export const ownActions: readonly string[] = readdirSync(directory)
  .filter((name) => existsSync(join(directory, name, 'action.yml')))
  .toSorted()

export function actionPath(name: string, ...parts: readonly string[]): string {
  return join(directory, name, ...parts)
}

export function readActionFile(name: string, file: string): string {
  return readFileSync(actionPath(name, file), 'utf8')
}
