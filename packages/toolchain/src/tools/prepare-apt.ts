import { join } from 'node:path'
import { withTask, type Host, type Store } from '@kernelkit/host'
import type { ToolContainer } from '../container/tool-container.ts'

// As for the host's own lists: Debian publishes up to four times a day.
const listsMaxAgeMs = 24 * 3600 * 1000

/**
 * Package lists for apt in a container: an image has none, and its directories belong to root. They are in the store, one directory for
 * each toolchain image, and are fetched once a day. Returns the variables that make apt use them.
 */
export async function prepareApt(
  host: Host,
  {
    container,
    store,
    name,
    signal,
  }: { readonly container: ToolContainer; readonly store: Store; readonly name: string; readonly signal: AbortSignal },
): Promise<Readonly<Record<string, string>>> {
  const directory = await store.workDirectory('apt', name)
  const config = join(directory, 'apt.conf')
  const stamp = join(directory, 'fetched')
  const env = { APT_CONFIG: config, LC_ALL: 'C' }
  const fetchedMs = (await host.fs.stat(stamp).catch(() => undefined))?.mtimeMs ?? 0
  if (host.now() - fetchedMs < listsMaxAgeMs) return env
  // Under --dry-run the store stays as it is: what it remembers of the package is the answer.
  if (store.readOnly === true) return {}
  await host.fs.mkdir(join(directory, 'lists/partial'), { recursive: true })
  await host.fs.mkdir(join(directory, 'cache/archives/partial'), { recursive: true })
  const { stdout: list } = await container.exec(['cat', '/etc/apt/sources.list'])
  await host.fs.writeAtomic(join(directory, 'sources.list'), withPockets(list))
  const settings = {
    'Dir::State::lists': `${directory}/lists`,
    'Dir::Cache': `${directory}/cache`,
    'Dir::Etc::sourcelist': `${directory}/sources.list`,
    // The directories belong to the caller, who may be root; apt's own user could not write there.
    'APT::Sandbox::User': 'root',
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`)
  await host.fs.writeAtomic(config, lines.join(''))
  await withTask(host, { title: 'apt-get update in the container' }, async () => {
    const { exitCode, stderr } = await container.exec(['apt-get', 'update', '-q'], { env, signal })
    signal.throwIfAborted()
    if (exitCode === 0) await host.fs.writeFile(stamp, '')
    // A source that the store knows is still found; for another one apt reports what is missing.
    else host.log.warn(`apt-get update exited with status ${exitCode} in the container: ${stderr.trim().split('\n').at(-1) ?? ''}`)
  })
  return env
}

/** A bootstrapped base has its suite alone; kernel sources are in the pockets for updates, and in Debian's archive of security updates. */
export function withPockets(list: string): string {
  const lines = list.split('\n').filter((line) => line.startsWith('deb '))
  if (lines.length !== 1) return list
  const [, options = '', uri = '', suite = '', components = ''] = /^deb (\[[^\]]*\] )?(\S+) (\S+) (.*)$/.exec(lines[0] ?? '') ?? []
  if (uri === '') return list
  const security = uri.replace(/\/debian\/?$/, '/debian-security')
  const pockets = [
    [uri, suite],
    [uri, `${suite}-updates`],
    [security, `${suite}-security`],
  ]
  return pockets.map((pocket) => `deb ${options}${pocket.join(' ')} ${components}\n`).join('')
}
