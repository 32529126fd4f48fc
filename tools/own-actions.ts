import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './source-files.ts'

const folder = join(repository, 'actions')

/** Names of the directories with an action. */
export const ownActions: readonly string[] = readdirSync(folder)
  .filter((name) => existsSync(join(folder, name, 'action.yml')))
  .toSorted()

export function actionPath(name: string, ...parts: readonly string[]): string {
  return join(folder, name, ...parts)
}

export function readActionFile(name: string, file: string): string {
  return readFileSync(actionPath(name, file), 'utf8')
}
