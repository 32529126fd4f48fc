import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A page in Debian's Chromium, without a window. */
export interface Browser extends AsyncDisposable {
  /** Opens a URL in a window of this size and waits until it is loaded. */
  open(url: string, size: { readonly width: number; readonly height: number }): Promise<void>
  /** The value of an expression in the page; a promise is waited for. */
  evaluate<T>(expression: string): Promise<T>
  /** A PNG of what is seen. */
  screenshot(): Promise<Buffer>
  /** Dark or light, as the reader's system says. */
  prefer(scheme: 'dark' | 'light'): Promise<void>
  /** Messages and errors of the page so far. */
  readonly messages: readonly string[]
}

interface Answer {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

/** Starts Chromium and speaks its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). */
export async function startBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'kernelkit-browser-'))
  // --no-sandbox: Chromium refuses to run as root with it.
  const child = spawn(
    'chromium',
    ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Its socket for further windows is in a directory that it leaves there when it is killed.
      env: { ...process.env, TMPDIR: profile },
    },
  )
  const address = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`chromium exited with status ${String(code)}: ${text}`)))
  })
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', reject, { once: true })
  })
  const pending = new Map<number, (answer: Answer) => void>()
  const listeners = new Set<(answer: Answer) => void>()
  const messages: string[] = []
  let next = 1
  socket.addEventListener('message', (event) => {
    const answer = JSON.parse(String(event.data)) as Answer
    if (answer.id !== undefined) pending.get(answer.id)?.(answer)
    for (const listener of listeners) listener(answer)
    if (answer.method === 'Runtime.exceptionThrown' || answer.method === 'Log.entryAdded') messages.push(JSON.stringify(answer.params))
  })
  let session = ''
  const send = async (method: string, params: Readonly<Record<string, unknown>> = {}): Promise<Readonly<Record<string, unknown>>> => {
    const id = next++
    const answer = await new Promise<Answer>((resolve) => {
      pending.set(id, resolve)
      socket.send(JSON.stringify({ id, method, params, ...(session === '' ? {} : { sessionId: session }) }))
    })
    pending.delete(id)
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result ?? {}
  }
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
  const attached = await send('Target.attachToTarget', { targetId, flatten: true })
  session = String(attached['sessionId'])
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`)
  return {
    messages,
    open: async (url, { width, height }) => {
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 640 })
      const loaded = new Promise<void>((resolve) => {
        const listener = ({ method }: Answer) => {
          if (method !== 'Page.loadEventFired') return
          listeners.delete(listener)
          resolve()
        }
        listeners.add(listener)
      })
      await send('Page.navigate', { url })
      await loaded
    },
    evaluate: async <T>(expression: string) => {
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return (result as { readonly value: T }).value
    },
    screenshot: async () => Buffer.from(String((await send('Page.captureScreenshot', { format: 'png' }))['data']), 'base64'),
    prefer: async (scheme) => {
      await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
    },
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      socket.close()
      child.kill('SIGTERM')
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
