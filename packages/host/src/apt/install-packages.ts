import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host, RunResult } from '../host.ts'
import { rootRemedy, sudoWords } from '../process/root-command.ts'
import { lastLines } from '../process/system-error.ts'
import { installCommand } from '../requirements/requirements.ts'

export interface InstallOptions {
  /** sudo may ask for a password on the terminal. */
  readonly interactive?: boolean
  /** Checked between two programs only: a half-configured package would be worse than a wait. */
  readonly signal?: AbortSignal | undefined
  /** Where lists and package files are kept instead of apt's own directories; lists that are there already are not refreshed. */
  readonly directory?: string | undefined
}

/** Debian publishes its lists up to four times a day; older ones name package files that are gone from the mirror. */
const listsMaxAgeMs = 24 * 3600 * 1000

const listsDirectory = '/var/lib/apt/lists'

/** Install Debian packages as root or through sudo, with fresh lists; --verbose shows the output of apt. */
export async function installPackages(host: Host, packages: readonly string[], options: InstallOptions = {}): Promise<void> {
  if (packages.length === 0) return
  const prefix = await installPrefix(host, packages, options)
  const places = options.directory === undefined ? [] : await aptPlaces(host, options.directory)
  const apt = async (...words: readonly string[]): Promise<RunResult> => {
    options.signal?.throwIfAborted()
    return host.run([...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...places, ...words], {
      reject: false,
      onLine: (line) => host.log.detail(line),
    })
  }
  const update = async () => {
    const task = host.log.task('apt-get update')
    const result = await apt('update')
    if (result.exitCode === 0) task.done()
    else task.fail(`exited with status ${result.exitCode}; using the lists that are there`)
  }
  const install = () => apt(...installCommand(packages).slice(1))
  const updatedFirst =
    options.directory === undefined ? !(await hasFreshLists(host)) : (await listNames(host, join(options.directory, 'lists'))).length === 0
  if (updatedFirst) await update()
  const task = host.log.task(`apt-get install ${packages.join(' ')}`)
  let result = await install()
  if (result.exitCode !== 0 && !updatedFirst) {
    // The mirror can be newer even than lists of today.
    await update()
    result = await install()
  }
  if (result.exitCode === 0) return task.done()
  task.fail()
  const output = lastLines(`${result.stdout}${result.stderr}`, 20)
  throw new UserError(
    'HOST_LACKS',
    `apt-get could not install ${packages.join(' ')} (it exited with status ${result.exitCode}).\n${output}`,
    {
      hint: 'Fix what apt-get reports, then run this again.',
      details: { packages },
    },
  )
}

/** Words before apt-get: none for root, else sudo. Throws HOST_LACKS where nothing can be installed: before it is announced. */
export async function installPrefix(
  host: Host,
  packages: readonly string[],
  options: Pick<InstallOptions, 'interactive'>,
): Promise<readonly string[]> {
  const wanted = installCommand(packages).join(' ')
  if ((await host.which('apt-get')) === undefined) {
    throw new UserError('HOST_LACKS', `this host lacks ${packages.join(' ')} (names in Debian), and has no apt-get.`, {
      hint: "Install these with your distribution's package manager, then run this again.",
      details: { packages },
    })
  }
  const words = await sudoWords(host)
  if (words?.length === 0) return []
  if (words !== undefined && (await host.run([...words, '-n', 'true'], { reject: false })).exitCode === 0) return [...words, '-n']
  if (words !== undefined && options.interactive === true) return words
  const why = words === undefined ? 'and sudo is not installed' : 'and sudo asks for a password, which needs a terminal'
  throw new UserError('HOST_LACKS', `this host lacks ${packages.join(' ')}; uid ${host.uid} cannot install packages, ${why}.`, {
    hint: `Run ${await rootRemedy(host, wanted)}.`,
    details: { packages },
  })
}

/** Options of apt that keep lists and package files in a directory of the caller (apt.conf(5)). */
async function aptPlaces(host: Host, directory: string): Promise<readonly string[]> {
  const [lists, archives] = [join(directory, 'lists'), join(directory, 'archives')]
  for (const place of [lists, archives]) await host.fs.mkdir(join(place, 'partial'), { recursive: true })
  const settings = [
    `Dir::State::lists=${lists}`,
    `Dir::Cache::archives=${archives}`,
    // Images of containers throw them away.
    'APT::Keep-Downloaded-Packages=true',
    // apt's own user may not write there.
    'APT::Sandbox::User=root',
  ]
  return settings.flatMap((setting) => ['-o', setting])
}

async function listNames(host: Host, directory: string): Promise<readonly string[]> {
  const names = await host.fs.readdir(directory).catch(() => [])
  return names.filter((name) => /_Packages(?:\.\w+)?$/.test(name))
}

async function hasFreshLists(host: Host): Promise<boolean> {
  if ((await listNames(host, listsDirectory)).length === 0) return false
  // apt-get update leaves unchanged lists with the mirror's time, but touches the directory.
  const { mtimeMs } = await host.fs.stat(listsDirectory)
  return host.now() - mtimeMs < listsMaxAgeMs
}
