import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { kernelkitBin } from './paths.ts'

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array | Readable
  /** File that takes stdout instead of the result. */
  readonly outputTo?: string
  /** The test fails when the command takes longer. */
  readonly timeoutMs?: number
}

export interface CommandResult {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

export interface RunningProcess {
  readonly child: ChildProcess
  readonly result: Promise<CommandResult>
}

/** Start a program as a user would, its streams collected. */
export function startProgram(argv: readonly [string, ...string[]], options: CommandOptions = {}): RunningProcess {
  const [program, ...args] = argv
  const startedAt = performance.now()
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  if (options.outputTo === undefined) child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  else child.stdout?.pipe(createWriteStream(options.outputTo))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  // The command may end before it has read everything: that is not this test's failure.
  child.stdin?.on('error', () => {})
  if (typeof options.input === 'string' || options.input instanceof Uint8Array) child.stdin?.end(options.input)
  else if (options.input !== undefined && child.stdin !== null) options.input.pipe(child.stdin)
  const limitMs = options.timeoutMs ?? 5 * 60_000
  const result = new Promise<CommandResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGTERM')
      reject(new Error(`${argv.join(' ')} did not end within ${limitMs / 1000} s\n${Buffer.concat(stderr).toString()}`))
    }, limitMs)
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer)
      resolve({
        exitCode,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
        seconds: (performance.now() - startedAt) / 1000,
      })
    })
  })
  return { child, result }
}

/** `kernelkit ARGS` to its end. */
export function kernelkit(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return startProgram([process.execPath, kernelkitBin, ...args], options).result
}

/** Start `kernelkit ARGS`: for tests that send signals. */
export function startKernelkit(args: readonly string[], options: CommandOptions = {}): RunningProcess {
  return startProgram([process.execPath, kernelkitBin, ...args], options)
}

/** Resolves when a running command has printed enough; fails with what it printed when it ends before. */
export async function saidEnough({ child, result }: RunningProcess, isEnough: (text: string) => boolean): Promise<void> {
  let text = ''
  const enough = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (isEnough(text)) resolve()
      })
  })
  const tooEarly = result.then(({ exitCode, signal }) => {
    throw new Error(`it ended early (${exitCode ?? signal ?? 'no status'}), and had printed:\n${text}`)
  })
  await Promise.race([enough, tooEarly])
}

/** A shell line with `kernelkit` on PATH, as the documentation shows it. */
export function shell(line: string, options: CommandOptions = {}): Promise<CommandResult> {
  return startProgram(['bash', '-c', `kernelkit() { '${process.execPath}' '${kernelkitBin}' "$@"; }; ${line}`], options).result
}

/** Kernel and image of the test store (e2e/setup/vm-artifacts.ts). */
export function testArtifacts(): { readonly kernel: string; readonly image: string; readonly store: string } {
  const read = (name: string) => {
    const value = process.env[name]
    if (value === undefined) throw new Error(`${name} is not set: run this file with \`npm run test:vm\``)
    return value
  }
  return { kernel: read('KERNELKIT_TEST_KERNEL'), image: read('KERNELKIT_TEST_IMAGE'), store: read('KERNELKIT_CACHE_DIR') }
}

/** A guest for tests that are about what happens in it: under emulation a second CPU, and more memory, cost a sixth of a boot. */
export const smallGuest = ['--cpus', '1', '--memory', '512M'] as const

/** The last line on stderr, which has the verdict. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
