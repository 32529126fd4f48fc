import { spawn } from 'node:child_process'

/** One finished run of a whole command: wall and CPU seconds (user + system, all waited-for descendants), and the largest resident set of one process. */
export interface Timing {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface TimeOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Exit statuses that count as a good run; default 0 only. A bench must not time failures. */
  readonly expect?: readonly number[]
}

const marker = '@@kernelkit-bench'

/** Time a command by bash's own `time` keyword, which sums user and system time of every descendant that was waited for. */
export async function timeCommand(argv: readonly string[], options: TimeOptions = {}): Promise<Timing> {
  const script = `TIMEFORMAT='${marker} %R %U %S'; time "$@"`
  const child = spawn('bash', ['-c', script, 'bash', ...argv], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? (signal === null ? -1 : -2)))
  })
  const errors = Buffer.concat(stderr).toString()
  const match = new RegExp(`${marker} ([\\d.]+) ([\\d.]+) ([\\d.]+)`).exec(errors)
  const output = Buffer.concat(stdout).toString()
  if (match === null || !(options.expect ?? [0]).includes(exitCode)) {
    throw new Error(`bench: \`${argv.join(' ')}\` exited with status ${exitCode}\n${output.slice(-2000)}\n${errors.slice(-4000)}`)
  }
  return {
    wallSeconds: Number(match[1]),
    cpuSeconds: Number(match[2]) + Number(match[3]),
    exitCode,
    stdout: output,
    stderr: errors,
  }
}
