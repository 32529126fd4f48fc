import type { Duplex } from 'node:stream'

export interface QmpEvent {
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** QEMU's control channel (QEMU docs/interop/qmp-spec.rst): one JSON document per line. */
export interface QmpClient {
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Resolved when QEMU has finished starting and obeys commands. */
  readonly ready: Promise<void>
}

interface Pending {
  readonly command: string
  resolve(value: unknown): void
  reject(error: Error): void
}

export function createQmpClient(channel: Duplex, onEvent: (event: QmpEvent) => void): QmpClient {
  const pending = new Map<number, Pending>()
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => {})
  let nextId = 1
  let text = ''
  let isClosed = false

  const execute: QmpClient['execute'] = (command, args) =>
    new Promise((resolve, reject) => {
      if (isClosed || channel.destroyed || !channel.writable) return reject(new Error(`QEMU is gone: ${command} was not sent`))
      const id = nextId++
      pending.set(id, { command, resolve, reject })
      channel.write(`${JSON.stringify({ execute: command, id, ...(args === undefined ? {} : { arguments: args }) })}\n`)
    })

  const take = (line: string) => {
    const message: unknown = JSON.parse(line)
    if (!isRecord(message)) return
    if ('QMP' in message) {
      // Nothing is obeyed before the capabilities are agreed on; the answer comes when the machine is complete.
      execute('qmp_capabilities').then(
        () => ready.resolve(),
        (error: unknown) => ready.reject(error),
      )
    } else if (typeof message['event'] === 'string') {
      onEvent({ event: message['event'], data: isRecord(message['data']) ? message['data'] : {} })
    } else if (typeof message['id'] === 'number') {
      const waiting = pending.get(message['id'])
      pending.delete(message['id'])
      const error = message['error']
      if (isRecord(error)) waiting?.reject(new Error(`QEMU refused ${waiting.command}: ${String(error['desc'])}`))
      else waiting?.resolve(message['return'])
    }
  }

  channel.setEncoding('utf8')
  channel.on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end)
      text = text.slice(end + 1)
      if (line.trim() !== '') take(line)
    }
  })
  const fail = () => {
    isClosed = true
    ready.reject(new Error('QEMU ended before it was ready'))
    for (const { command, reject } of pending.values()) reject(new Error(`QEMU ended before it answered ${command}`))
    pending.clear()
  }
  channel.on('end', fail)
  channel.on('close', fail)
  channel.on('error', fail)
  return { execute, ready: ready.promise }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
