import { dirname, join, resolve } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import { defaultStoreRoot } from '@kernelkit/host'
import { isSwitchedOff, textOption } from '@kernelkit/core/options'

/** What main leaves for post: the history as it was. */
interface HistoryBefore {
  /** Of the file; empty: there was none. */
  readonly sha256: string
}

const key = 'history'
const fileName = 'tests.jsonl'
const stateName = 'history'

/** The history of tests, so that shards and matrices are balanced by durations: the newest that a job of this repository has left. */
export async function restoreHistory(action: Action): Promise<void> {
  const { host, cache } = action
  if (isSwitchedOff(action.inputs, 'cache') || !(await cache.isAvailable())) return
  const file = historyFile(action)
  // A machine that is kept has its own.
  if (!(await host.fs.exists(file))) {
    await using temp = await host.tempDir()
    if ((await cache.restore({ directory: temp.path, key: `${key}-`, prefixes: [`${key}-`] })) !== undefined) {
      await host.fs.mkdir(dirname(file), { recursive: true })
      await host.fs.copyFile(join(temp.path, fileName), file)
      host.log.info('history of tests: from the Actions cache')
    }
  }
  const before: HistoryBefore = { sha256: await digestOf(action, file) }
  action.saveState(stateName, before)
}

/** Saves it when tests of this job are in it; entries cannot be replaced, so each job has its own, and the newest is found by the prefix. */
export async function saveHistory(action: Action): Promise<void> {
  const { host, cache } = action
  const before = action.readState(stateName) as HistoryBefore | undefined
  const file = historyFile(action)
  if (before === undefined || (await digestOf(action, file)) === before.sha256) return
  await using temp = await host.tempDir()
  await host.fs.copyFile(file, join(temp.path, fileName))
  const { GITHUB_RUN_ID: run = '', GITHUB_RUN_ATTEMPT: attempt = '' } = host.env
  const saved = await cache.save({ directory: temp.path, key: `${key}-${run}-${attempt}-${host.randomHex(4)}` })
  host.log.info(saved ? 'history of tests: saved to the Actions cache' : 'history of tests: not saved, this run may not write to the cache')
}

function historyFile({ host, inputs }: Action): string {
  const own = textOption(inputs, 'cacheDir')
  return join(own === undefined ? defaultStoreRoot(host) : resolve(host.cwd, own), 'history', fileName)
}

async function digestOf({ host }: Action, file: string): Promise<string> {
  const text = await host.fs.readFile(file, 'utf8').catch(() => '')
  return text === '' ? '' : host.sha256(text)
}
