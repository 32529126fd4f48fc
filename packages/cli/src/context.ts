import type { Readable, Writable } from 'node:stream'
import { resolve } from 'node:path'
import { printableFor, printableJson } from '@kernelkit/core/text'
import type { Host, Store } from '@kernelkit/host'
import { everyMs } from '@kernelkit/host/progress'
import type { CommandContext } from './command.ts'
import type { GlobalOptions } from './global-options.ts'
import { createTerminalLogger } from './output/terminal-logger.ts'

/** The process's own streams and clock, given by the first file. */
export interface ProcessParts {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  /** Words of the command line, without program and script. */
  readonly argv: readonly string[]
}

/** What a handler gets; host and spinner are imported here, not for --help. */
export async function createContext(globals: GlobalOptions, parts: ProcessParts, signal: AbortSignal): Promise<CommandContext> {
  const { containerVariable, defaultStoreRoot, nodeHost, openStore, openStoreToLook, requirePlainPaths, storeInSharedPlace } =
    await import('@kernelkit/host')
  const color = globals.color && usesColor(parts)
  // The spinner animates on a terminal for people only (https://no-color.org says nothing of it; TERM=dumb and CI do).
  const animated = parts.stderr.isTTY === true && parts.env['CI'] === undefined && parts.env['TERM'] !== 'dumb' && !globals.quiet
  const spinner = animated ? (await import('yocto-spinner')).default({ stream: parts.stderr, handleSignals: false }) : undefined
  const shown = printableFor(parts.env)
  const log = createTerminalLogger({
    shown,
    stream: parts.stderr,
    color,
    quiet: globals.quiet,
    verbose: globals.verbose,
    now: parts.now,
    every: everyMs,
    ...(spinner === undefined ? {} : { spinner }),
  })
  const host = nodeHost({ log })
  let store: Promise<Store> | undefined
  return {
    host,
    store: async ({ prepares = false, compiles = false, looks = false } = {}) => {
      const root = globals.cacheDir === undefined ? undefined : resolve(host.cwd, globals.cacheDir)
      const place = root ?? defaultStoreRoot(host)
      if (compiles) requirePlainPaths(host, place)
      if (compiles && root === undefined && store === undefined && place === storeInSharedPlace(host))
        host.log.info(`store: ${place}, as make cannot take the path of the usual one in ${host.home}`)
      if (looks) return openStoreToLook(host, root)
      if (!globals.dryRun) return (store ??= openStore(host, root))
      return (store ??= prepares ? openStore(host, root).then(sayingWhatComes(host)) : Promise.resolve(openStoreToLook(host, root)))
    },
    json: globals.json,
    dryRun: globals.dryRun,
    quiet: globals.quiet,
    verbose: globals.verbose,
    color,
    // The command that runs in the container was chosen to run there: its tools are around it.
    toolchain: parts.env[containerVariable] === undefined ? globals.toolchain : 'host',
    reader: { door: 'command' },
    projectKernel: false,
    untrustedProject: false,
    argv: parts.argv,
    stdin: parts.stdin,
    stdout: parts.stdout,
    stderr: parts.stderr,
    signal,
    print: (text) => void parts.stdout.write(`${shown(text)}\n`),
    printError: (text) => void parts.stderr.write(`${shown(text)}\n`),
    printJson: (document) => void parts.stdout.write(`${printableJson(JSON.stringify(document, undefined, 2))}\n`),
  }
}

/** The plan of a VM is made of the files of its kernel (modules, configuration): a dry run fetches a kernel of packages, and says so. */
function sayingWhatComes({ log }: Host): (store: Store) => Store {
  return (store) => ({
    ...store,
    obtain: (wanted) =>
      store.obtain({
        ...wanted,
        produce: (directory) => {
          if (wanted.kind === 'kernel')
            log.info('--dry-run: this kernel is not in the store and is put there: its files decide what is printed; no VM is started')
          return wanted.produce(directory)
        },
      }),
  })
}

/** https://no-color.org: set and not empty means no colour. FORCE_COLOR is Node's own variable for the opposite. */
function usesColor(parts: ProcessParts): boolean {
  if ((parts.env['NO_COLOR'] ?? '') !== '') return false
  const forced = parts.env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return parts.stderr.isTTY === true && parts.env['TERM'] !== 'dumb'
}
