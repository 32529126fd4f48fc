import { spawn } from 'node:child_process'
import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Seconds from starting a command to the first `SSH-` banner on a loopback port; the command is ended then. */
export async function secondsToBanner(argv: readonly string[], port: number, limitSeconds = 120): Promise<number> {
  const [program, ...args] = argv
  const start = performance.now()
  // A group of its own, so that QEMU under a wrapper ends too.
  const child = spawn(program ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    while (performance.now() - start < limitSeconds * 1000) {
      if (child.exitCode !== null) throw new Error(`bench: \`${argv.join(' ')}\` exited with status ${child.exitCode}\n${errors}`)
      if (await readBanner(port)) return (performance.now() - start) / 1000
      await delay(20)
    }
    throw new Error(`bench: no ssh banner on port ${port} within ${limitSeconds} s\n${errors}`)
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await closed
  }
}

// A connection made before the guest's card is up is accepted by QEMU and then stalls for seconds: never wait long for one.
// Not shorter than a second: each try that is given up has cost the guest a process, and at 250 ms a busy host never got an answer.
const readLimitMs = 1000

function readBanner(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const answer = (value: boolean) => {
      socket.destroy()
      resolve(value)
    }
    socket.setTimeout(readLimitMs, () => answer(false))
    socket.once('error', () => answer(false))
    socket.once('end', () => answer(false))
    socket.once('data', (chunk: Buffer) => answer(chunk.toString('latin1').startsWith('SSH-')))
  })
}
