import type { ChildProcess, SpawnOptions } from 'node:child_process'
import type * as fsPromises from 'node:fs/promises'
import type { createReadStream, createWriteStream } from 'node:fs'
import type { Logger } from './logger.ts'

/** The only access to the machine: every effect of kernelkit goes through one of these, so that tests can watch or replace it. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Names of variables whose value is not UTF-8: in `env` other characters are in its place. */
  readonly lossyVariables?: ReadonlySet<string> | undefined
  /** Absolute path of the caller's working directory. */
  readonly cwd: string
  readonly uid: number
  readonly gid: number
  /** The user's home directory. */
  readonly home: string
  /** `process.arch` of the machine, such as `x64`. */
  readonly nodeArch: string
  readonly cpus: number
  readonly memoryMiB: number
  /** Memory that programs can still use, within the limit of the control group too. */
  availableMemoryMiB(): number
  /** Debian packages of the image that programs run in, where it lists them: requirement checks use this list. */
  readonly packages?: ReadonlySet<string>
  readonly fs: HostFiles
  readonly log: Logger
  /** Wall clock, milliseconds since 1970. */
  now(): number
  /** Monotonic clock in milliseconds. */
  monotonicMs(): number
  /** However long: the one timer for durations that a user names. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Absolute path of a program on PATH (sbin directories included), `undefined` when there is none. */
  which(program: string): Promise<string | undefined>
  /** Run a program to its end. Throws `COMMAND_NOT_FOUND`, and `COMMAND_FAILED` unless `reject: false`. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>
  /** Start a program that outlives the call, with file descriptors of the caller's choice (node:child_process). */
  spawn(argv: readonly [string, ...string[]], options: SpawnOptions): ChildProcess
  /** A private directory (0700) below the system's temporary directory, removed on disposal. */
  tempDir(prefix?: string): Promise<TempDir>
  randomHex(bytes: number): string
  sha256(content: string | Uint8Array): string
  sha256File(path: string): Promise<string>
}

export type HostFiles = typeof fsPromises & {
  readonly createReadStream: typeof createReadStream
  readonly createWriteStream: typeof createWriteStream
  /** True when the path exists (links followed). */
  exists(path: string): Promise<boolean>
  /** Write under a temporary name, then rename: readers see the old file or the whole new one. */
  writeAtomic(path: string, content: string | Uint8Array, mode?: number): Promise<void>
}

/** How a program is run; by default in the host's directory and environment, without input. */
export interface RunOptions {
  readonly cwd?: string | undefined
  /** Added to the host's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly input?: string | Uint8Array | undefined
  /** Called with each whole line of stdout and stderr as it comes, without its newline. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** File that takes stdout instead of memory. */
  readonly outputTo?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
  /** The program gets SIGTERM when this process dies, however it dies. Default: it keeps running. */
  readonly endsWithParent?: boolean
  /** A process group of its own: an interruption ends the program and everything that it started (make and its compilers). */
  readonly ownGroup?: boolean
  /** `false`: a failing exit status is returned, not thrown. */
  readonly reject?: boolean
  /** Debian package that holds the program, for the error when it is missing. */
  readonly package?: string
}

/** The result of a program that has ended. */
export interface RunResult {
  readonly exitCode: number
  /** Set when a signal ended the program; `exitCode` is then 128 + its number. */
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

export interface TempDir extends AsyncDisposable {
  readonly path: string
}
