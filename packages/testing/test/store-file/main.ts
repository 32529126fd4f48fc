import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { restoreCache } from '@actions/cache'
import { getInput, getMultilineInput, info, saveState, setFailed, setOutput } from '@actions/core'

const path = getInput('path', { required: true })
const key = getInput('key', { required: true })
const matched = await restoreCache([path], key, getMultilineInput('restore keys'))
// The client calls it a hit even when it wrote to another place.
const restored = matched === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined)
const content = getInput('content')
if (restored === content) {
  info(`restored from ${matched ?? ''}`)
} else {
  process.once('SIGINT', () => {
    setFailed('cancelled while making the file')
    process.exit()
  })
  await mkdir(dirname(path), { recursive: true })
  await rm(path, { force: true })
  info('making the file')
  await delay(Number(getInput('wait')) * 1000)
  await writeFile(path, content)
  saveState('made', path)
  saveState('key', key)
}
setOutput('cache-hit', restored === content && matched === key)
setOutput('text', await readFile(path, 'utf8'))
