import type { Duplex, Readable, Writable } from 'node:stream'
import type { HeldFile, NotStarted, RootLack } from '@kernelkit/core/agent'
import type { ErrorCode } from '@kernelkit/core/errors'
import type { QemuLaunch } from '@kernelkit/core/qemu'

/** What the VM host process is asked to start: plain data, so that a detached process gets it as JSON. */
export interface VmRequest {
  readonly launch: QemuLaunch
  readonly name: string
  /** Directory of this VM (0700): state file, control socket, console log, overlays. */
  readonly directory: string
  /** File that takes every byte of the kernel console from the first on. */
  readonly consolePath: string
  /** File that takes its whole lines with the host's time in front. */
  readonly timedConsolePath: string
  /** Most bytes of each of the two. */
  readonly logLimitBytes: number
  readonly guest: GuestSetup | undefined
  /** Facts that clients need later: vmlinux for gdb, image, root, command line of the owner. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** What varies per run and travels over the agent channel before the guest's init continues. */
export interface GuestSetup {
  readonly hostname: string
  /** Files written in the guest before anything runs (keys, resolv.conf); paths are absolute, below /run for what must not persist. */
  readonly files: readonly { readonly path: string; readonly mode: number; readonly content: string }[]
  /** Start /usr/sbin/sshd of the root in an agent-first guest. */
  readonly ssh: boolean
}

/** What a VM reports while it runs; `atMs` counts from its start. */
export type VmEvent =
  /** A whole line of the console, `\r\n` removed. */
  | { readonly type: 'console'; readonly line: string; readonly atMs: number }
  /** The agent serves commands. */
  | { readonly type: 'ready'; readonly atMs: number; readonly release: string }
  /**
   * The agent could not prepare the root; the guest powers off. `lacking`: file systems and drivers that the kernel does not have;
   * `rootLacks`: what the root does not have of what was asked for.
   */
  | {
      readonly type: 'agent-failed'
      readonly message: string
      readonly lacking?: readonly string[] | undefined
      readonly rootLacks?: RootLack | undefined
      readonly atMs: number
    }
  /** The agent did not keep to its protocol; its channel is closed. */
  | { readonly type: 'agent-broken'; readonly message: string; readonly atMs: number }
  /** No answer to pings for this long; repeated every few seconds while it lasts. `qemuStopped`: QEMU's own process was stopped (SIGSTOP). */
  | { readonly type: 'agent-silent'; readonly silentMs: number; readonly qemuStopped?: boolean; readonly atMs: number }
  | { readonly type: 'qmp'; readonly event: string; readonly data: Readonly<Record<string, unknown>>; readonly atMs: number }
  /** Another process ends the VM (`kernelkit stop`). */
  | { readonly type: 'stop-asked'; readonly atMs: number }
  /** This host could not keep what the guest prints: its log is cut; or, with `keepsRunning`, what it wrote to a directory of this host. */
  | {
      readonly type: 'host-failed'
      readonly code: ErrorCode
      readonly message: string
      readonly hint: string | undefined
      readonly keepsRunning?: boolean
      readonly atMs: number
    }
  | { readonly type: 'exited'; readonly exit: QemuExit; readonly atMs: number }

/** How QEMU ended: a status or the name of a signal, and what it wrote to stderr. */
export interface QemuExit {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly stderr: string
}

/** One command in the guest. */
export interface ExecOptions {
  readonly argv: readonly string[]
  /** The whole environment of the command, except for defaults of PATH, HOME, USER and TERM. */
  readonly env?: Readonly<Record<string, string>>
  /** Directory in the guest; default: the home directory of the user, read from the guest. */
  readonly cwd?: string | undefined
  /** Name or number in the guest's /etc/passwd, or UID:GID; default root. */
  readonly user?: string | undefined
  readonly stdin?: Readable | undefined
  readonly stdout?: Writable
  readonly stderr?: Writable
  /** A pseudo-terminal: stderr is merged into stdout; {@link RunningCommand.resize} gives it a new size. */
  readonly tty?: { readonly columns: number; readonly rows: number; readonly term: string } | undefined
  /** The end of the command is printed on the console, after all that the kernel printed until then. */
  readonly announced?: boolean
  /** Reports that the kernel logs meanwhile and its console does not show are added to the console. */
  readonly logged?: boolean
  /** Sees files of the host as they are now: what the guest has cached of names and contents that are not in use is dropped first. Default: no. */
  readonly fresh?: boolean
  /** Of {@link fresh}: these stay cached until the list is another one. Default: none. */
  readonly held?: readonly HeldFile[]
  readonly signal?: AbortSignal
}

/** A command that was started; {@link RunningCommand.result} rejects when the guest goes away under it. */
export interface RunningCommand {
  readonly result: Promise<ExecResult>
  /** Signal number to the command's process group. */
  kill(signalNumber: number): void
  /** Resolves when the guest's agent has taken all that was sent to this command before; never when it does not answer. */
  heard(): Promise<void>
  resize(columns: number, rows: number): void
}

export interface ExecResult {
  /** 0-255; 128 + n when signal n ended the command; 127 not found, 126 not executable. */
  readonly exitCode: number
  readonly signal: number | undefined
  /** Why the guest could not start it; absent for a command that was. */
  readonly notStarted?: NotStarted | undefined
  readonly stdoutBytes: number
  readonly stderrBytes: number
  readonly seconds: number
  /** /proc/sys/kernel/tainted after the command (Documentation/admin-guide/tainted-kernels.rst). */
  readonly tainted: number
  /** The guest's artifacts directory is not empty. */
  readonly artifacts: boolean
  /** A process that the command has started still holds its output, 2 s after the last byte or 30 s after the command: what it writes from then on is lost. */
  readonly outputOpen?: boolean | undefined
}

/** A running VM, seen from the process that owns QEMU, or from a client over the control socket. */
export interface Vm extends AsyncDisposable {
  readonly id: string
  readonly name: string
  readonly events: AsyncIterable<VmEvent>
  exec(options: ExecOptions): RunningCommand
  /** Bytes of hvc0, both ways; absent without `launch.terminal`. */
  readonly terminal: Duplex | undefined
  /** Bytes towards the kernel console (its keyboard) and a live copy of what comes. */
  readonly console: Duplex
  /** Resolves when what the console has said until now is in its log. */
  consoleWritten(): Promise<void>
  /** QMP command; rejects with QEMU's own error text. */
  qmp(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Kernel dumps on the console by sysrq letters: `t` all tasks, `w` blocked ones, `l` backtraces of all CPUs. */
  dump(letters: string): void
  /** `kill`: end QEMU at once (nothing was to be kept); `poweroff`: sync and power off first. */
  stop(how: 'kill' | 'poweroff'): Promise<QemuExit>
  readonly exited: Promise<QemuExit>
}
