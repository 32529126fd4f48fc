import { join } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { indexedNames, parsePackageIndex, type ArchivePackage } from '@kernelkit/core/packages'
import type { Host } from '../host.ts'
import { refuseFullDisk } from '../process/system-error.ts'
import { withTask } from '../logger.ts'
import type { Store } from '../store/store.ts'
import { readKeptList, type ListAnswer } from './kept-list.ts'

/** One suite of one archive, for one architecture. */
export interface ArchiveSuite {
  readonly uri: string
  readonly suite: string
  /** Path of the keyring that its signature is checked with. */
  readonly keyring: string
  readonly debianArch: string
}

/** Debian publishes its lists up to four times a day. */
const maxAgeMs = 24 * 3600 * 1000

// Changed when the index takes more of a stanza.
const recipe = 4

/**
 * Packages with parts of kernels, and busybox, in a suite, by an apt state of our own in the store: any suite and architecture, signatures
 * checked, as any user, and nothing of this machine's apt is changed. Fetched once a day; when that fails the last one is used.
 */
export async function readArchiveIndex(
  host: Host,
  store: Store,
  { suite, signal }: { readonly suite: ArchiveSuite; readonly signal?: AbortSignal | undefined },
): Promise<ListAnswer<readonly ArchivePackage[]>> {
  return readKeptList(host, store, {
    name: `${suite.suite}-${suite.debianArch}-${host.sha256(`${suite.uri}\n${suite.keyring}`).slice(0, 8)}`,
    what: `the list of kernels of ${suite.suite}`,
    server: suite.uri,
    recipe,
    maxAgeMs,
    fetch: (directory) => fetchIndex(host, directory, suite, signal),
    signal,
  })
}

async function fetchIndex(
  host: Host,
  directory: string,
  suite: ArchiveSuite,
  signal?: AbortSignal,
): Promise<ListAnswer<readonly ArchivePackage[]>> {
  const lists = join(directory, 'lists')
  await host.fs.mkdir(join(lists, 'partial'), { recursive: true })
  await host.fs.mkdir(join(directory, 'archives', 'partial'), { recursive: true })
  await host.fs.writeFile(
    join(directory, 'sources.list'),
    `deb [arch=${suite.debianArch} signed-by=${suite.keyring}] ${suite.uri} ${suite.suite} main\n`,
  )
  await host.fs.writeFile(configuration(directory), withoutHooks)
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
    refuseFullDisk(stdout + stderr)
    // apt-secure(8); the server's own answer is among the lines of progress.
    if (/does not have a Release file|does no longer have a Release file/.test(stderr) && /\b404\b/.test(stdout + stderr))
      return { kind: 'absent' }
    return { kind: 'unreachable', reason: reasonOf(stderr) ?? `apt-get update exited with status ${exitCode}` }
  }
  const packages: ArchivePackage[] = []
  for (const name of files) {
    const plain = join(lists, 'packages')
    await host.run([aptHelper, 'cat-file', join(lists, name)], { signal, outputTo: plain })
    packages.push(...parsePackageIndex(stanzasOf(await host.fs.readFile(plain)), suite.uri))
  }
  // The index is all that is wanted of tens of megabytes.
  await host.fs.rm(lists, { recursive: true, force: true })
  return { kind: 'found', list: packages }
}

/** Stanzas of packages with such a name: a few hundred of 60,000 in 50 MB, the rest of which need not become text. */
function stanzasOf(file: Buffer): string {
  const stanzas: string[] = []
  for (const start of indexedNames) {
    const mark = `\nPackage: ${start}`
    // The file begins with a stanza.
    for (let at = file.indexOf(mark.slice(1)) === 0 ? 0 : file.indexOf(mark); at >= 0; at = file.indexOf(mark, at + 1)) {
      const [before, after] = [file.lastIndexOf('\n\n', at), file.indexOf('\n\n', at + 1)]
      stanzas.push(file.toString('utf8', before < 0 ? 0 : before + 2, after < 0 ? file.length : after))
    }
  }
  return stanzas.join('\n\n')
}

const aptHelper = '/usr/lib/apt/apt-helper'

function configuration(directory: string): string {
  return join(directory, 'apt.conf')
}

/**
 * Read after the machine's own configuration, whose hooks would change this machine (those of Debian's containers delete its package files), and whose
 * lists of other programs would be fetched too (apt.conf(5), "#clear"; acquire-additional-files.txt of apt-doc).
 */
const withoutHooks = `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets;
Acquire::IndexTargets::deb::Packages {
  MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages";
  ShortDescription "Packages";
  Description "$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Packages";
  Optional "no";
};
`

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
  return ['-c', configuration(directory), ...settings.flatMap((setting) => ['-o', setting])]
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
