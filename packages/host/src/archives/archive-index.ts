import { join } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { parsePackageIndex, type ArchivePackage } from '@kernelkit/core/packages'
import type { Host } from '../host.ts'
import { refuseFullDisk } from '../process/system-error.ts'
import { withTask } from '../logger.ts'
import { notUnderDryRun } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'

/** One suite of one archive, for one architecture. */
export interface ArchiveSuite {
  readonly uri: string
  readonly suite: string
  /** Path of the keyring that its signature is checked with. */
  readonly keyring: string
  readonly debianArch: string
}

/** What an archive offers, or why nothing is known. */
export type ArchiveAnswer =
  | { readonly kind: 'found'; readonly packages: readonly ArchivePackage[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreachable'; readonly reason: string }

/** Debian publishes its lists up to four times a day. */
const maxAgeMs = 24 * 3600 * 1000

interface StoredIndex {
  readonly recipe: number
  readonly fetchedAtMs: number
  readonly packages: readonly ArchivePackage[]
}

// Changed when the index takes more of a stanza.
const recipe = 2

/**
 * Packages with parts of kernels in a suite, by an apt state of our own in the store: any suite and architecture, signatures
 * checked, as any user, and nothing of this machine's apt is changed. Fetched once a day; when that fails the last one is used.
 */
export async function readArchiveIndex(
  host: Host,
  store: Store,
  { suite, signal }: { readonly suite: ArchiveSuite; readonly signal?: AbortSignal | undefined },
): Promise<ArchiveAnswer> {
  const name = `${suite.suite}-${suite.debianArch}-${host.sha256(`${suite.uri}\n${suite.keyring}`).slice(0, 8)}`
  const directory = await store.workDirectory('archives', name)
  const file = join(directory, 'index.json')
  const last = await readStored(host, file)
  if (last !== undefined && host.now() - last.fetchedAtMs < maxAgeMs) return { kind: 'found', packages: last.packages }
  if (store.readOnly === true) {
    if (last !== undefined) return { kind: 'found', packages: last.packages }
    throw notUnderDryRun(`the list of kernels of ${suite.suite} is not in the store`)
  }
  return store.withLock(
    `archive-${name}`,
    async () => {
      const meanwhile = await readStored(host, file)
      if (meanwhile !== undefined && host.now() - meanwhile.fetchedAtMs < maxAgeMs) return { kind: 'found', packages: meanwhile.packages }
      const answer = await fetchIndex(host, directory, suite, signal)
      if (answer.kind === 'found') {
        const stored: StoredIndex = { recipe, fetchedAtMs: host.now(), packages: answer.packages }
        await host.fs.writeAtomic(file, JSON.stringify(stored))
        return answer
      }
      if (last === undefined || answer.kind === 'absent') return answer
      host.log.warn(`${suite.uri} could not be asked for ${suite.suite} (${answer.reason}); using its last known list`)
      return { kind: 'found', packages: last.packages }
    },
    { signal, waitingFor: `the list of kernels of ${suite.suite}` },
  )
}

async function readStored(host: Host, file: string): Promise<StoredIndex | undefined> {
  try {
    const stored = JSON.parse(await host.fs.readFile(file, 'utf8')) as StoredIndex
    return stored.recipe === recipe ? stored : undefined
  } catch {
    return undefined
  }
}

async function fetchIndex(host: Host, directory: string, suite: ArchiveSuite, signal?: AbortSignal): Promise<ArchiveAnswer> {
  const lists = join(directory, 'lists')
  await host.fs.mkdir(join(lists, 'partial'), { recursive: true })
  await host.fs.mkdir(join(directory, 'archives', 'partial'), { recursive: true })
  await host.fs.writeFile(
    join(directory, 'sources.list'),
    `deb [arch=${suite.debianArch} signed-by=${suite.keyring}] ${suite.uri} ${suite.suite} main\n`,
  )
  const { exitCode, stdout, stderr } = await withTask(host, { title: `list the kernels of ${suite.suite}` }, () =>
    host.run(['apt-get', ...ownState(directory, suite.debianArch), 'update', '-q'], {
      reject: false,
      signal,
      endsWithParent: true,
      env: { LC_ALL: 'C' },
      package: 'apt',
    }),
  )
  signal?.throwIfAborted()
  const files = (await host.fs.readdir(lists)).filter((name) => /_Packages(?:\.\w+)?$/.test(name))
  if (exitCode !== 0 || files.length === 0) {
    // apt-secure(8); the server's own answer is among the lines of progress.
    if (/does not have a Release file|does no longer have a Release file/.test(stderr) && /\b404\b/.test(stdout + stderr))
      return { kind: 'absent' }
    return { kind: 'unreachable', reason: reasonOf(stderr) ?? `apt-get update exited with status ${exitCode}` }
  }
  const texts = await Promise.all(files.map((name) => host.run([aptHelper, 'cat-file', join(lists, name)], { signal })))
  // The index is all that is wanted of tens of megabytes.
  await host.fs.rm(lists, { recursive: true, force: true })
  return { kind: 'found', packages: texts.flatMap(({ stdout }) => parsePackageIndex(stdout, suite.uri)) }
}

const aptHelper = '/usr/lib/apt/apt-helper'

/** Options by which apt uses the directory, and nothing of this machine but its proxies, logins and certificates (apt.conf(5)). */
function ownState(directory: string, debianArch: string): readonly string[] {
  const settings = [
    `Dir::State=${directory}`,
    `Dir::State::lists=${directory}/lists`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${directory}`,
    `Dir::Cache::archives=${directory}/archives`,
    `Dir::Etc::sourcelist=${directory}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `APT::Architecture=${debianArch}`,
    `APT::Architectures::=${debianArch}`,
    'Acquire::Languages=none',
    // Else a file that could not be fetched is a warning.
    'APT::Update::Error-Mode=any',
    // The directories belong to the caller, who may be root; apt's own user could not write there.
    'APT::Sandbox::User=root',
  ]
  return settings.flatMap((setting) => ['-o', setting])
}

function reasonOf(stderr: string): string | undefined {
  const lines = stderr.split('\n').flatMap((line) => /^[EW]: (.*?)\.?$/.exec(line)?.[1] ?? [])
  // Signatures first, then the fetch that failed; the last lines only say that something did.
  return (
    lines.find((line) => /GPG error|not signed|expired|not valid/.test(line)) ??
    lines.find((line) => /Failed to fetch/.test(line)) ??
    lines[0]
  )
}

/** Fetch a package into a file, by apt's own downloader: it knows the host's proxies, logins and certificates. */
export async function fetchPackage(
  host: Host,
  { one, to, signal }: { readonly one: ArchivePackage; readonly to: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { exitCode, stderr } = await host.run(
    [aptHelper, '-o', 'APT::Sandbox::User=root', 'download-file', `${one.archive}/${one.path}`, to, `SHA256:${one.sha256}`],
    { reject: false, signal, endsWithParent: true, env: { LC_ALL: 'C' }, package: 'apt' },
  )
  signal?.throwIfAborted()
  if (exitCode === 0) {
    const found = await host.sha256File(to)
    if (found === one.sha256) return
  }
  await host.fs.rm(to, { force: true })
  refuseFullDisk(stderr)
  throw new UserError(
    'FETCH_FAILED',
    `${one.archive}/${one.path} could not be fetched: ${reasonOf(stderr) ?? `apt-helper exited with status ${exitCode}`}.`,
    {
      hint: message`Check the network; when the mirror has a newer kernel since, run \`rm -r STORE/archives\` or name another one with ${option('mirror', 'URL')}.`,
      details: { package: one.name, version: one.version },
    },
  )
}
