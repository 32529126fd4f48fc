import type { Readable } from 'node:stream'
import type { Verdict } from '@kernelkit/core/console'
import type { KernelReport } from '@kernelkit/core/report'
import type { GuestEvent } from './with-reports.ts'

/** A directory of this host in the guest. */
export interface GuestShare {
  /** Path on this host, relative to the working directory of the program. */
  readonly host: string
  /** Absolute path in the guest. Default: the same path as on the host. */
  readonly guest?: string | undefined
  /** `cow` (default): read-only below an overlay in guest memory; `ro`: read-only; `rw`: the guest writes to the host. */
  readonly mode?: 'cow' | 'ro' | 'rw' | undefined
}

/** What `bootVm` takes in addition to the options of the guest. */
export interface BootVmContext {
  /** Ends the guest, and rejects what waits for it with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Directory of the store: kernels, images, evidence. Default: `$KERNELKIT_CACHE_DIR`, else `$XDG_CACHE_HOME/kernelkit`, else `~/.cache/kernelkit`. */
  readonly cacheDir?: string | undefined
  /** Called with every decision and warning, one line each, as `kernelkit run` prints them. Default: they are dropped. */
  readonly log?: ((line: string, level: 'info' | 'warn') => void) | undefined
}

/** What `spawn` takes in addition to the words of the command. */
export interface GuestSpawnOptions {
  /** Variables in addition to those that `kernelkit run` gives the command; one that is undefined stays unset. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Absolute path in the guest. Default: `/`. */
  readonly cwd?: string | undefined
  /** A user of the guest's /etc/passwd, `UID` or `UID:GID`. Default: the option `user` of the guest, else root. */
  readonly user?: string | undefined
  /** What the command reads: a text, bytes or a stream. Default: nothing. */
  readonly stdin?: string | Uint8Array | Readable | undefined
  /** Milliseconds until the command is killed and the call rejects with `COMMAND_TIMEOUT`. Default: no limit. */
  readonly timeoutMs?: number | undefined
  /** Kills the command (SIGTERM, 2 s later SIGKILL) and rejects the call with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** What `exec` takes in addition to the words of the command. */
export interface GuestExecOptions extends GuestSpawnOptions {
  /** `buffer`: both streams as bytes. Default `utf8`: as text, in which what is not UTF-8 is replaced. */
  readonly encoding?: 'utf8' | 'buffer' | undefined
}

/** How a command in the guest ended. */
export interface GuestExit {
  /** 0 to 255; 128 + n when signal n ended the command, 127 when there is no such program, 126 when it cannot be started. */
  readonly exitCode: number
  /** Number of the signal that ended the command. */
  readonly signal: number | undefined
}

/** How a command in the guest ended, and all that it printed. */
export interface GuestExecResult<Output = string> extends GuestExit {
  /** Kept in memory: use `spawn` for a lot of output. */
  readonly stdout: Output
  /** As `stdout`. */
  readonly stderr: Output
}

/** Signals that `kill` knows by name. */
export type GuestSignal =
  | 'SIGHUP'
  | 'SIGINT'
  | 'SIGQUIT'
  | 'SIGABRT'
  | 'SIGKILL'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | 'SIGALRM'
  | 'SIGTERM'
  | 'SIGCONT'
  | 'SIGSTOP'

/** A command that runs in the guest. */
export interface GuestProcess {
  /** Read it to its end, or `resume()` it: a command whose output is not read waits. */
  readonly stdout: Readable
  /** As `stdout`. */
  readonly stderr: Readable
  /** Resolves when the command has ended and its output was read. Rejects with `VM_LOST` when the guest ends first, and with `COMMAND_TIMEOUT`. */
  readonly exit: Promise<GuestExit>
  /** Sends a signal, by name or number, to the command's process group. Default: `SIGTERM`. */
  kill(signal?: GuestSignal | number): void
}

/** What is said of a guest that has ended. */
export interface GuestVerdict {
  /** `pass`: nothing failed; `splat`: the kernel reported something of `failOn`; `panic`, `hang`, `vm-lost`, `boot-fail` as in docs/verdicts.md. Statuses of commands do not count. */
  readonly verdict: Verdict
  /** One sentence: what happened. */
  readonly what: string
  /** What to try next. */
  readonly hint: string | undefined
  /** Every report of the kernel, with source lines where its vmlinux is at hand. */
  readonly reports: readonly KernelReport[]
  /** Those of them that count: of `failOn` and not in `allow`. */
  readonly failing: readonly KernelReport[]
}

/** A port of this host that leads into the guest. */
export interface GuestForward {
  /** Of the option: `/udp`, else tcp. */
  readonly protocol: 'tcp' | 'udp'
  /** Address of this host. */
  readonly address: string
  /** Port of this host: never 0. */
  readonly hostPort: number
  /** Port of the guest. */
  readonly guestPort: number
}

/** A booted guest. Its end of life is that of the program, at the latest. */
export interface BootedVm extends AsyncDisposable {
  /** Name of the VM and of the host in the guest. */
  readonly name: string
  /** Release of the kernel, as `uname -r` prints it. */
  readonly release: string
  /** How the CPUs run: `kvm`, or `tcg` (emulated, about ten times slower). */
  readonly accel: 'kvm' | 'tcg'
  /** QEMU's machine type. */
  readonly machine: string
  /** The ports of the option `forwards`, with the numbers that were chosen. */
  readonly forwards: readonly GuestForward[]
  /** File with every byte of the console, also while the guest runs. */
  readonly consolePath: string
  /** Directory with the console, the configuration, replay.sh and, after the end, the verdict (docs/verdicts.md). */
  readonly evidence: string
  /** What the guest does, from its start on for each reader; ends with it. */
  readonly events: AsyncIterable<GuestEvent>
  /**
   * Runs one command to its end. Rejects with `VM_LOST` when the guest ends first or its agent has not answered for 45 s (135 s under TCG), and with
   * `COMMAND_TIMEOUT`; any exit status is a result.
   */
  exec(argv: readonly string[], options: GuestExecOptions & { readonly encoding: 'buffer' }): Promise<GuestExecResult<Uint8Array>>
  exec(argv: readonly string[], options?: GuestExecOptions): Promise<GuestExecResult>
  /** Starts one command whose output is read while it runs. */
  spawn(argv: readonly string[], options?: GuestSpawnOptions): GuestProcess
  /** Lets the guest write its disks and power off; after 15 s it is killed. */
  powerOff(): Promise<GuestVerdict>
  /** Ends the guest at once: what it has not written to a disk is lost. */
  stop(): Promise<GuestVerdict>
  /** Resolves when the guest has ended, for whatever reason. Rejects with an error of this host, such as `DISK_FULL`. */
  readonly ended: Promise<GuestVerdict>
  /** For `await using`: as `stop`, but with `persist` as `powerOff`. */
  [Symbol.asyncDispose](): Promise<void>
}
