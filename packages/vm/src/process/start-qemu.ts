import type { Duplex } from 'node:stream'
import { encodeText, frameTypes, type LostWrites } from '@kernelkit/core/agent'
import { archRows } from '@kernelkit/core/arch'
import { mayBeginReport } from '@kernelkit/core/console'
import { agentPortId, filteredWays, launchArgv } from '@kernelkit/core/qemu'
import { UserError } from '@kernelkit/core/errors'
import { explainSystemError } from '@kernelkit/host/process'
import type { Host } from '@kernelkit/host'
import { commandSilence } from '../session/limits.ts'
import type { QemuExit, Vm, VmEvent, VmRequest } from '../vm.ts'
import type { AgentLink, KernelLog } from './agent-link.ts'
import { captureConsole, liveCopy, type ConsoleCapture } from './console-capture.ts'
import { createEventHub } from './event-hub.ts'
import { greetAgent, type GreetedAgent } from './greet-agent.ts'
import { createQmpClient } from './qmp-client.ts'
import { createTrouble, hostFailure, isMachineOff, writesLost } from './host-failure.ts'
import type { ShareDaemons } from './share-daemons.ts'
import { runSession } from './run-session.ts'
import { spawnQemu, type QemuProcess } from './spawn-qemu.ts'

export interface StartVmOptions {
  /** Ends QEMU at once. */
  readonly signal?: AbortSignal
}

/** A VM in the process that owns QEMU; what the control socket needs in addition. */
export interface OwnedVm extends Vm {
  readonly qemuPid: number
  /** The guest agent, for pass-through; absent without one. */
  readonly link: AgentLink | undefined
  /** The release of the guest's kernel, once its agent serves. */
  readonly ready: Promise<{ readonly release: string }>
  /** Another process is about to end the VM: what watches it learns why. */
  readonly noteStop: () => void
}

// A guest with an init of its own stops its services before it powers off.
const powerOffLimitMs = 15_000

/** Starts QEMU and everything that watches it; answers when the machine is complete, before the guest's first instruction was seen. */
export async function startQemu(request: VmRequest, host: Host, options: StartVmOptions = {}): Promise<OwnedVm> {
  options.signal?.throwIfAborted()
  const startedAt = host.monotonicMs()
  const hub = createEventHub<VmEvent>()
  const atMs = () => Math.round(host.monotonicMs() - startedAt)
  const argv = launchArgv(request.launch, 'fd')
  const gdb = await gdbAccess(host, request)
  const daemons = await startDaemons(request, host)
  const filter = filteredWays(request.launch).length === 0 ? undefined : import('./guest-network.ts')
  const qemu = await spawnQemu({
    argv,
    qemu: request.launch.qemu,
    package: archRows[request.launch.arch].qemuPackage,
    directory: request.directory,
    overlays: request.launch.overlayDirectory ?? request.directory,
    host,
  }).catch(async (error: unknown) => {
    await gdb?.[Symbol.asyncDispose]()
    throw error
  })
  void filter?.then(({ filterNetwork }) => filterNetwork(request.launch, qemu.channel))
  const abort = () => qemu.kill()
  options.signal?.addEventListener('abort', abort, { once: true })

  const console_ = captureConsole({
    ...qemu.console,
    path: request.consolePath,
    timedPath: request.timedConsolePath,
    mostBytes: request.logLimitBytes,
    host,
    atMs,
    onLine: (line) => hub.emit({ type: 'console', line, atMs: atMs() }),
    onFailed: (error) => {
      const explained = explainSystemError(error)
      const { code, message, hint } =
        explained instanceof UserError
          ? explained
          : new UserError('IO_ERROR', `the console log ${request.consolePath} cannot be written: ${error.message}.`)
      hub.emit({ type: 'host-failed', code, message, hint, atMs: atMs() })
    },
  })
  const shareOf = (tag: string) => request.launch.shares.find((share) => share.tag === tag)?.host
  const hostFailed = (lost: LostWrites) => {
    const { code, message, hint } = writesLost(lost, shareOf(lost.tag))
    return { type: 'host-failed', code, message, hint, keepsRunning: true } as const
  }
  const trouble = createTrouble()
  // Its guest will do nothing any more, although QEMU runs.
  const guestGone = Promise.withResolvers<void>()
  const qmp = createQmpClient(qemu.channel('qmp'), ({ event, data }) => {
    trouble.note(hostFailure({ event, data }, request.launch), event)
    // A debugger's stop, or ours: a guest that may not run is not silent.
    if (event === 'STOP' || event === 'RESUME') agent?.pause(event === 'STOP')
    if (event === 'VSERPORT_CHANGE' && data['id'] === agentPortId) agent?.portChanged(data['open'] === true)
    // The driver has closed its ports for as long as the machine sleeps.
    if (event === 'SUSPEND') agent?.portChanged(true)
    if (event === 'GUEST_PANICKED') guestGone.resolve()
    if (event !== 'STOP') return hub.emit({ type: 'qmp', event, data, atMs: atMs() })
    // KVM's internal errors stop the machine without saying so: the status distinguishes them from a debugger's stop.
    qmp.execute('query-status').then(
      (status) => {
        const stopped = { event, data: { ...data, ...(status as object) } }
        if (isMachineOff(stopped)) {
          guestGone.resolve()
          agent?.link.endSessions()
        }
        hub.emit({ type: 'qmp', ...stopped, atMs: atMs() })
      },
      () => hub.emit({ type: 'qmp', event, data, atMs: atMs() }),
    )
  })
  const agent = request.launch.agent
    ? greetAgent({
        channel: qemu.channel('agent'),
        request,
        host,
        isQemuStopped: () => isStopped(host, qemu.pid),
        kernelLog: openKernelLog(host, console_, (error) => {
          const message = `what reads the kernel's log cannot be loaded: ${error.message}`
          hub.emit({
            type: 'host-failed',
            code: 'IO_ERROR',
            message,
            hint: 'Was kernelkit updated meanwhile? Start the VM again.',
            atMs: atMs(),
          })
        }),
        emit: (event) => hub.emit({ ...(event.type === 'writes-lost' ? hostFailed(event.lost) : event), atMs: atMs() }),
      })
    : undefined
  const terminal = request.launch.terminal ? copyOf(qemu.channel('terminal')) : undefined

  void daemons?.failed.then(async ({ code, message, hint }) => {
    // A daemon ends by itself when QEMU does, which may be seen first.
    const isOver = await Promise.race([qemu.exited.then(() => true), host.sleep(1000).then(() => false)])
    if (!isOver) hub.emit({ type: 'host-failed', code, message, hint, atMs: atMs() })
  })
  const exited = qemu.exited.then(async (exit) => {
    daemons?.end()
    options.signal?.removeEventListener('abort', abort)
    agent?.stop()
    await gdb?.[Symbol.asyncDispose]()
    await console_.finished
    hub.emit({ type: 'exited', exit, atMs: atMs() })
    hub.end()
    return exit
  })
  try {
    await qmp.ready
  } catch {
    const exit = await exited
    options.signal?.throwIfAborted()
    const printed = qemu.printed()
    // With status 0 and not a word its machine was complete, but the guest ended before it could say so: a kernel whose first
    // instruction resets the CPU.
    if (exit.exitCode !== 0 || printed !== '') {
      const { explainQemuFailure } = await import('./qemu-failure.ts')
      throw explainQemuFailure({ ...exit, stderr: exit.stderr + printed }, request.launch)
    }
  }
  options.signal?.throwIfAborted()

  const stop = (how: 'kill' | 'poweroff') =>
    stopQemu({
      how,
      qemu,
      exited,
      host,
      agent,
      powerButton: () => qmp.execute('system_powerdown'),
      gone: guestGone.promise,
      console: request.consolePath,
    })
  return {
    id: request.launch.id,
    name: request.name,
    qemuPid: qemu.pid,
    get events() {
      return hub.subscribe()
    },
    link: agent?.link,
    // Never resolved: callers check for an agent first.
    ready: agent?.ready ?? new Promise(() => {}),
    exec(execOptions) {
      if (agent === undefined) throw new TypeError('this VM has no agent')
      const { accel, gdb, waitForDebugger } = request.launch
      const silence = {
        ...commandSilence(accel, gdb !== undefined || waitForDebugger),
        isLost: async () => (await import('./last-words.ts')).hasPanicked(host, request.consolePath),
      }
      const { warn } = host.log
      return runSession(execOptions, {
        link: agent.link,
        ready: agent.ready,
        monotonicMs: host.monotonicMs,
        shareOf,
        warn,
        trouble,
        silence,
      })
    },
    terminal,
    console: console_.live,
    consoleWritten: console_.written,
    qmp: (command, args) => qmp.execute(command, args),
    dump: (letters) => agent?.link.send(frameTypes.dump, encodeText(letters)),
    noteStop: () => hub.emit({ type: 'stop-asked', atMs: atMs() }),
    stop,
    exited,
    [Symbol.asyncDispose]: async () => {
      await stop('kill')
    },
  }
}

/** Under most commands the kernel reports nothing: what reads its log is not even loaded then. */
function openKernelLog(host: Host, capture: ConsoleCapture, onFailed: (error: Error) => void): KernelLog {
  let opened: Promise<KernelLog> | undefined
  return {
    take: (records) => {
      if (opened === undefined && !mayBeginReport(Buffer.from(records).toString('latin1'))) return
      opened ??= import('./kernel-log.ts').then(({ createKernelLog }) => createKernelLog(host, capture))
      opened.then((log) => log.take(records)).catch(onFailed)
    },
    shown: () => opened?.then((log) => log.shown()),
  }
}

/** Loaded for a VM with a stub alone. */
async function gdbAccess(host: Host, { launch }: VmRequest): Promise<AsyncDisposable | undefined> {
  if (launch.gdb === undefined) return undefined
  const { openGdbAccess } = await import('../gdb/gdb-access.ts')
  return openGdbAccess(host, launch)
}

/** Few guests have a share over virtiofs. */
async function startDaemons({ launch }: VmRequest, host: Host): Promise<ShareDaemons | undefined> {
  if (launch.virtiofsd === undefined || launch.shares.every(({ transport }) => transport === undefined)) return undefined
  return (await import('./share-daemons.ts')).startShareDaemons(launch, host)
}

function copyOf(channel: Duplex): Duplex {
  const copy = liveCopy(channel)
  channel.on('data', (chunk: Buffer) => copy.take(chunk))
  channel.on('close', () => copy.end())
  return copy.stream
}

async function stopQemu(options: {
  readonly how: 'kill' | 'poweroff'
  readonly qemu: QemuProcess
  readonly exited: Promise<QemuExit>
  readonly host: Host
  readonly agent: Pick<GreetedAgent, 'link' | 'ready'> | undefined
  readonly powerButton: () => Promise<unknown>
  /** Nothing more is to be expected of the guest. */
  readonly gone: Promise<void>
  readonly console: string
}): Promise<QemuExit> {
  const { qemu, exited, host } = options
  if (options.how === 'poweroff') {
    const { agent } = options
    const limit = new AbortController()
    const tooLate = Promise.race([
      host.sleep(powerOffLimitMs, limit.signal).catch(() => {}),
      options.gone,
      untilPanicked(host, options.console, limit.signal),
    ])
    // A guest that is still booting does not listen; without an agent only the power button is left.
    if (agent === undefined) await options.powerButton().catch(() => {})
    else await Promise.race([tooLate, agent.ready.then(() => agent.link.send(frameTypes.shutdown)).catch(() => {})])
    await Promise.race([exited, tooLate])
    limit.abort()
  }
  qemu.kill()
  return exited
}

/** A kernel that panics need not have a device that reports it. */
async function untilPanicked(host: Host, console: string, signal: AbortSignal): Promise<void> {
  const { hasPanicked } = await import('./last-words.ts')
  while (!signal.aborted && !(await hasPanicked(host, console))) await host.sleep(500, signal).catch(() => {})
}

/** Whether a process is stopped (SIGSTOP, SIGTSTP): state T of proc_pid_stat(5). */
async function isStopped(host: Pick<Host, 'fs'>, pid: number): Promise<boolean> {
  const stat = await host.fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name before it may hold blanks and parentheses.
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
}
