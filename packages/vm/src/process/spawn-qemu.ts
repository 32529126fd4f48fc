import type { ChildProcess } from 'node:child_process'
import { Duplex, type Readable, type Writable } from 'node:stream'
import { UserError, command, message } from '@kernelkit/core/errors'
import { consolePipe, qemuFds, unveiledMark } from '@kernelkit/core/qemu'
import { printable } from '@kernelkit/core/text'
import { endFifo, makeFifos, openFifo } from '@kernelkit/host/files'
import { explainSystemError } from '@kernelkit/host/process'
import type { Host } from '@kernelkit/host'
import type { QemuExit } from '../vm.ts'

export interface QemuProcess {
  readonly pid: number
  /** What the guest writes to its console, and what it reads there. */
  readonly console: { readonly output: Readable; readonly input: Writable }
  /** Our ends of QEMU's socket pairs. */
  channel(name: keyof typeof qemuFds): Duplex
  kill(): void
  readonly exited: Promise<QemuExit>
  /** Its standard output so far: the answer to `-device help` and the like, and nothing else. */
  printed(): string
}

// QEMU says little; a device that complains forever must not fill our memory.
const keptBytes = 64 * 1024

/** The named pipe of a VM's console: made beforehand, while everything else is prepared. */
export function makeConsolePipe(host: Pick<Host, 'spawn'>, directory: string): Promise<void> {
  return makeFifos(host, consoleEnds(directory))
}

/** As QEMU's `-chardev pipe` names them: what the guest reads, and what it writes. */
function consoleEnds(directory: string): readonly [input: string, output: string] {
  const pipe = consolePipe({ runtimeDirectory: directory })
  return [`${pipe}.in`, `${pipe}.out`]
}

/** Starts QEMU so that it dies with this process, whatever ends it. The pipe of its console exists (`makeConsolePipe`). */
export async function spawnQemu(options: {
  /** Of `launchArgv`. */
  readonly argv: readonly string[]
  readonly qemu: string
  /** Debian package with the program. */
  readonly package: string
  readonly directory: string
  /** Takes QEMU's throw-away overlays (snapshot=on), which are unlinked files in TMPDIR. */
  readonly overlays: string
  readonly host: Host
}): Promise<QemuProcess> {
  const { host, directory, qemu: program } = options
  const [first = '', ...words] = options.argv
  if ((await host.which(program)) === undefined) {
    throw new UserError('QEMU_MISSING', `'${program}' is not on PATH.`, {
      hint: message`Run \`apt-get install ${options.package}\`, or see ${command('kernelkit doctor')}.`,
      details: { program },
    })
  }
  const [input, output] = consoleEnds(directory)
  const console_ = { output: openFifo(output, 'read'), input: openFifo(input, 'write') }
  const child = host.spawn([first, ...words], {
    // A socket pair per channel: nothing on disk, and both sides see when the other dies.
    stdio: ['ignore', 'pipe', 'pipe', ...Object.values(qemuFds).map(() => 'pipe' as const)],
    env: qemuEnvironment(host.env, options.overlays),
  })
  const printed = keepText(child.stdout)
  if (child.stderr !== null) reportUnveiled(child.stderr, host)
  const exited = watchExit(child)
  void exited.then(() => {
    console_.input.destroy()
    endFifo(output)
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(explainSystemError(cause)))
  })
  return {
    pid: child.pid ?? 0,
    console: console_,
    channel(name) {
      // Node's types know five descriptors, a child may have more.
      const stream: unknown = [...child.stdio][qemuFds[name]]
      if (!(stream instanceof Duplex)) throw new TypeError(`QEMU has no channel ${name}`)
      return stream
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
    printed: printed.text,
  }
}

// environ(7), ld.so(8), locale(7): what finds programs and libraries, and words messages. Everything else may be a secret. GitHub's runner finds by
// its variable what a job left running.
const passedVariables = ['PATH', 'LD_LIBRARY_PATH', 'GLIBC_TUNABLES', 'LANG', 'LC_ALL', 'LC_MESSAGES', 'TZ', 'RUNNER_TRACKING_ID'] as const

// glibc's manual, "Memory Allocation Tunables": translating a guest's code takes a lot of small memory. In huge pages, grown by 16 MiB at a time
// and of one heap for all threads, it takes 3 to 6 % less CPU time for a whole run under emulation (measured in pairs).
const allocation = ['hugetlb=1', `top_pad=${16 * 2 ** 20}`, 'arena_max=1'].map((word) => `glibc.malloc.${word}`).join(':')

/** QEMU's environment. */
export function qemuEnvironment(env: Host['env'], overlays: string): Readonly<Record<string, string>> {
  const passed = passedVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]))
  return { GLIBC_TUNABLES: allocation, ...Object.fromEntries(passed), TMPDIR: overlays }
}

// A mark and a path (PATH_MAX of limits.h).
const longestLine = 4096 + unveiledMark.length

// QEMU and the daemon of each share hide the same homes, and so does the next VM of this process.
const reported = new Set<string>()

/** Warns once of homes in which what replaces a credential is seen. */
export function reportUnveiled(stderr: Readable, host: Pick<Host, 'log'>): void {
  let line = ''
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (line + chunk).split('\n')
    line = (lines.pop() ?? '').slice(-longestLine)
    for (const one of lines.filter((text) => text.startsWith(unveiledMark) && !reported.has(text))) {
      reported.add(one)
      host.log.warn(
        `credentials in ${printable(one.slice(unveiledMark.length))} that are created or replaced from now on are seen by the guest: overlayfs cannot be mounted there`,
      )
    }
  })
}

function watchExit(child: ChildProcess): Promise<QemuExit> {
  const stderr = keepText(child.stderr)
  for (const stream of child.stdio) stream?.on('error', () => {})
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ exitCode: undefined, signal: undefined, stderr: error.message }))
    // `exit`, not `close`: a paused stream must not hide that QEMU is gone.
    child.once(
      'exit',
      (exitCode, signal) =>
        void stderr.ended.then(() => resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined, stderr: stderr.text() })),
    )
  })
}

function keepText(stream: Readable | null): { readonly ended: Promise<void>; text(): string } {
  let text = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    text = (text + chunk).slice(-keptBytes)
  })
  return { ended: new Promise((resolve) => stream?.once('close', resolve)), text: () => text }
}
