import { connect } from 'node:net'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { decodeText, encodeText, frameTypes, type Frame } from '@kernelkit/core/agent'
import { UserError, command, message } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { createAgentLink } from './agent-link.ts'
import { createEventHub } from './event-hub.ts'
import { createTrouble, hostFailure, isMachineOff, type DiskPlaces } from './host-failure.ts'
import { runSession } from './run-session.ts'
import { commandSilence } from '../session/limits.ts'
import type { QemuExit, Vm, VmEvent } from '../vm.ts'
import { findVm, type VmState } from './vm-state.ts'

/** A running VM of another process. Disposing it leaves the VM alone. */
export interface VmClient extends Vm {
  readonly state: VmState
}

// QMP's answers and lines of the console come in one frame each.
const maxReplyBytes = 2 ** 30

interface PendingRequest {
  resolve(value: unknown): void
  reject(error: Error): void
}

export interface ConnectVmOptions {
  /** `all`: the console's lines are among the events; default: only what happens to the VM. */
  readonly events?: 'all' | 'lifecycle'
}

/** Connects to a running VM that was found, or by name or id, else to the only one. */
export async function connectVm(vm: VmState | string | undefined, host: Host, options: ConnectVmOptions = {}): Promise<VmClient> {
  const state = typeof vm === 'object' ? vm : await findVm(vm, host)
  const socket = connect(join(state.directory, 'control.sock'))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (cause) => {
      reject(
        new UserError('VM_LOST', `the VM '${state.name}' does not answer on its control socket: ${cause.message}.`, {
          verdict: 'vm-lost',
          hint: message`End it with ${command(`kernelkit stop ${state.name}`)}.`,
          cause,
        }),
      )
    })
  })
  const hub = createEventHub<VmEvent>()
  const requests = new Map<number, PendingRequest>()
  const exited = Promise.withResolvers<QemuExit>()
  const ready = Promise.withResolvers<unknown>()
  ready.promise.catch(() => {})
  let nextRequest = 1

  const trouble = createTrouble()
  const places = diskPlaces(state)
  const onEvent = (event: VmEvent) => {
    if (event.type === 'qmp') trouble.note(hostFailure(event, places), event.event)
    hub.emit(event)
    if (event.type === 'ready') ready.resolve(event)
    if (event.type === 'agent-broken' || (event.type === 'qmp' && isMachineOff(event))) link.endSessions()
    if (event.type === 'agent-failed') ready.reject(new Error(event.message))
    if (event.type === 'exited') exited.resolve(event.exit)
  }
  const onGuestFrame = (frame: Frame) => {
    if (frame.type === frameTypes.event) onEvent(JSON.parse(decodeText(frame.data)) as VmEvent)
    else if (frame.type === frameTypes.consoleBytes) console_.push(frame.data)
    else if (frame.type === frameTypes.terminalBytes) terminal.push(frame.data)
    else if (frame.type === frameTypes.reply) {
      const { id, result, error } = JSON.parse(decodeText(frame.data)) as { id: number; result?: unknown; error?: string }
      if (error === undefined) requests.get(id)?.resolve(result)
      else requests.get(id)?.reject(new Error(error))
      requests.delete(id)
    }
  }
  const link = createAgentLink({ channel: socket, monotonicMs: host.monotonicMs, onGuestFrame, maxBytes: maxReplyBytes })
  const console_ = remoteStream((data) => link.send(frameTypes.consoleBytes, data))
  const terminal = remoteStream((data) => link.send(frameTypes.terminalBytes, data))
  const watched = new Set<string>()
  const watch = (what: Readonly<Record<string, unknown>>) => {
    const [name = ''] = Object.keys(what)
    if (watched.has(name)) return
    watched.add(name)
    link.send(frameTypes.request, encodeText(JSON.stringify({ id: 0, method: 'watch', params: what })))
  }
  let lost: UserError | undefined
  void link.closed.then(() => {
    lost = new UserError('VM_LOST', `the VM '${state.name}' is gone.`, {
      verdict: 'vm-lost',
      hint: `Read its console: ${state.console}.`,
    })
    for (const { reject } of requests.values()) reject(lost)
    requests.clear()
    ready.reject(lost)
    exited.resolve({ exitCode: undefined, signal: undefined, stderr: '' })
    console_.push(null)
    terminal.push(null)
    hub.end()
  })
  const request = (method: string, params: Readonly<Record<string, unknown>>) =>
    new Promise<unknown>((resolve, reject) => {
      if (lost !== undefined) return reject(lost)
      const id = nextRequest++
      requests.set(id, { resolve, reject })
      link.send(frameTypes.request, encodeText(JSON.stringify({ id, method, params })))
    })

  watch({ events: options.events ?? 'lifecycle' })
  return {
    id: state.id,
    name: state.name,
    state,
    get events() {
      return hub.subscribe()
    },
    exec(options) {
      if (!state.agent)
        throw new UserError('VM_NO_AGENT', `the VM '${state.name}' runs without the guest agent.`, {
          hint: message`Use its console, or start it with ${command('kernelkit run --keep')}.`,
        })
      const running = runSession(options, {
        link,
        ready: ready.promise,
        monotonicMs: host.monotonicMs,
        shareOf: (tag) => shareOf(state.facts, tag),
        warn: host.log.warn,
        trouble,
        silence: {
          ...commandSilence(state.accel === 'kvm' ? 'kvm' : 'tcg', state.gdb !== null),
          isLost: async () => (await import('./last-words.ts')).hasPanicked(host, state.console),
        },
      })
      const result = running.result.catch((error: unknown) => explainLoss(host, state, error))
      // A caller that has let go of the command does not look at it.
      result.catch(() => {})
      return { ...running, result }
    },
    get console() {
      watch({ console: true })
      return console_
    },
    get terminal() {
      if (!state.terminal) return undefined
      watch({ terminal: true })
      return terminal
    },
    consoleWritten: async () => void (await request('console-written', {}).catch(() => {})),
    qmp: (name, args) => request('qmp', { command: name, args }),
    dump: (letters) => void request('dump', { letters }).catch(() => {}),
    stop: async (how) => {
      await request('stop', { how }).catch(() => {})
      return exited.promise
    },
    exited: exited.promise,
    [Symbol.asyncDispose]: async () => {
      socket.end()
      socket.destroy()
    },
  }
}

/** A guest that went away under a command: its console says why. */
async function explainLoss(host: Host, { console }: VmState, error: unknown): Promise<never> {
  if (!(error instanceof UserError) || error.code !== 'VM_LOST') throw error
  const { vmLost } = await import('./last-words.ts')
  throw await vmLost(host, { why: error.message.replace(/\.$/, ''), console })
}

/** Noted by the process that started it (session/prepare-vm.ts). */
function diskPlaces({ directory, facts }: VmState): DiskPlaces {
  const { overlay, drives } = facts
  return {
    runtimeDirectory: directory,
    overlayDirectory: typeof overlay === 'string' ? overlay : undefined,
    drives: Array.isArray(drives) ? (drives as DiskPlaces['drives']) : [],
  }
}

function shareOf({ shares }: VmState['facts'], tag: string): string | undefined {
  const path: unknown =
    typeof shares === 'object' && shares !== null && tag in shares ? (shares as Record<string, unknown>)[tag] : undefined
  return typeof path === 'string' ? path : undefined
}

function remoteStream(send: (data: Buffer) => void): Duplex {
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      send(chunk)
      done()
    },
  })
  stream.on('error', () => {})
  return stream
}
