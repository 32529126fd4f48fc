import type { Readable, Writable } from 'node:stream'
import type { Command } from 'commander'
import type { BlockName, RawOptions, Reader, ToolchainChoice } from '@kernelkit/core/options'
import type { Host, Store } from '@kernelkit/host'

/** What every command gets: the host, the store and how the user wants to be answered. */
export interface CommandContext {
  readonly host: Host
  /** The artifact store at --cache-dir, opened on first use. Under --dry-run nothing in it changes, unless `prepares` says that the plan names files that must be there. `compiles`: a path that make cannot take is refused first. `looks`: nothing is made or changed, and an absent store is an empty one. */
  readonly store: (options?: { readonly prepares?: boolean; readonly compiles?: boolean; readonly looks?: boolean }) => Promise<Store>
  /** One JSON document on stdout, logs on stderr. */
  readonly json: boolean
  /** Print the plan, change nothing. */
  readonly dryRun: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  /** `--toolchain`. */
  readonly toolchain: ToolchainChoice
  /** How messages name options: as flags, those of kernelkit.yaml as keys. */
  readonly reader: Reader
  /** kernelkit.yaml says how the kernel is built: what was built last for the project is meant. */
  readonly projectKernel: boolean
  /** Options come from a kernelkit.yaml that the user has not consented to: a dry run starts nothing that it names. */
  readonly untrustedProject: boolean
  /** The command line's words, for a command that continues elsewhere. */
  readonly argv: readonly string[]
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal
  /** Text on stdout, newline added; control characters are shown, not sent. */
  print(text: string): void
  /** The same on stderr, whatever --quiet says. */
  printError(text: string): void
  /** The one JSON document of this command. */
  printJson(document: unknown): void
}

export type { RawOptions }

/** What a command does; resolves with the exit status of the process. */
export type CommandHandler = (context: CommandContext, args: readonly string[], options: RawOptions) => Promise<number>

/** One command: cheap to define (help and completion need only this), its work loaded when it runs. */
export interface CommandDefinition {
  readonly name: string
  readonly summary: string
  /** One line that can be pasted. */
  readonly example: string
  /** Declares arguments and notes of --help; options come from the option table. */
  readonly define?: (command: Command) => void
  readonly load: () => Promise<CommandHandler>
  /** The block of kernelkit.yaml that gives this command its defaults; `args` are its words. */
  readonly projectBlock?: (args: readonly string[]) => BlockName | undefined
}
