import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Requirement } from '@kernelkit/host'
import { addBridge, pathWithSbin, removeBridge, type Bridge } from './private-bridge.ts'

/** An engine of our own, next to whatever else runs on this machine. */
export interface PrivateDockerd {
  /** For DOCKER_HOST. */
  readonly address: string
  /** Ends this engine and what it started; images stay in its directory. */
  stop(): Promise<void>
}

// The kernel's limit for the path of a socket (unix(7): 108 with the closing zero); containerd's own socket lies deepest.
const longestDirectory = 107 - '/run/containerd/containerd-debug.sock'.length

// An engine without containers starts in 1 to 3 s; one on a busy machine with many images takes longer.
const startLimitMs = 60_000
const stopLimitMs = 20_000

/** What this file starts; tools/install-host-packages.ts installs it where no engine answers. */
export const dockerdRequirements = [
  { what: 'program', program: 'dockerd', package: 'docker.io', why: 'for the engine of the container tests' },
  { what: 'program', program: 'iptables', package: 'iptables', why: "for that engine's network" },
  { what: 'program', program: 'ip', package: 'iproute2', why: "for that engine's network" },
] as const satisfies readonly Requirement[]

/**
 * Start a dockerd whose data, sockets, PID files and network bridge belong to this directory alone: no other engine's
 * chains, images or sockets are touched. One that a killed run left behind in this directory is ended first.
 */
export async function startPrivateDockerd(directory: string): Promise<PrivateDockerd> {
  if (process.getuid?.() !== 0) throw new Error(`dockerd needs root, and this is uid ${process.getuid?.() ?? '?'}`)
  if (directory.length > longestDirectory)
    throw new Error(`${directory} is too long for the sockets in it (${longestDirectory} characters at most)`)
  const paths = enginePaths(directory)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  await endLeftovers(paths)
  const bridge = addBridge()
  try {
    return await startDockerd(paths, bridge)
  } catch (error) {
    removeBridge(bridge)
    throw error
  }
}

/** The version that an engine's socket answers with, `undefined` when there is none. */
export async function askEngine(socketPath: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const asked = request({ socketPath, path: '/version', timeout: 2000 }, (response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (text: string) => (body += text))
    response.on('end', () => resolve(response.statusCode === 200 ? body : undefined))
  })
  asked.on('timeout', () => asked.destroy())
  asked.on('error', () => resolve(undefined))
  asked.end()
  return promise
}

interface EnginePaths {
  readonly data: string
  readonly run: string
  readonly socket: string
  readonly pidFile: string
  readonly containerdPidFile: string
  readonly log: string
}

function enginePaths(directory: string): EnginePaths {
  const run = join(directory, 'run')
  return {
    data: join(directory, 'data'),
    run,
    socket: join(directory, 'docker.sock'),
    pidFile: join(directory, 'docker.pid'),
    containerdPidFile: join(run, 'containerd/containerd.pid'),
    log: join(directory, 'log'),
  }
}

async function startDockerd(paths: EnginePaths, bridge: Bridge): Promise<PrivateDockerd> {
  const log = openSync(paths.log, 'w')
  // SIGTERM when the test run dies, however it dies: the engine ends its containers and containerd then.
  const argv = [
    '--pdeathsig=TERM',
    'dockerd',
    `--data-root=${paths.data}`,
    `--exec-root=${paths.run}`,
    `--pidfile=${paths.pidFile}`,
    `--host=unix://${paths.socket}`,
    `--bridge=${bridge.name}`,
    // Its chains are those of every dockerd of the machine: starting a second one would empty the first one's.
    '--iptables=false',
    // A containerd of the system would show its other users' containers; these names are ours where it is shared.
    '--containerd-namespace=kernelkit-test',
    '--containerd-plugins-namespace=kernelkit-test-plugins',
  ]
  const child = spawn('setpriv', argv, { stdio: ['ignore', log, log], env: { ...process.env, PATH: pathWithSbin() } })
  closeSync(log)
  let ended: string | undefined
  child.on('error', (error) => (ended = error.message))
  child.on('exit', (code, signal) => (ended ??= `it ended with ${signal ?? code}`))
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && ended === undefined) await endProcess(child.pid, () => ended !== undefined)
    removeBridge(bridge)
  }
  const deadline = performance.now() + startLimitMs
  while ((await askEngine(paths.socket)) === undefined) {
    if (ended !== undefined) throw new Error(`dockerd does not start: ${ended}\n${lastLines(paths.log)}`)
    if (performance.now() > deadline) {
      await stop()
      throw new Error(`dockerd gave no answer within ${startLimitMs / 1000} s\n${lastLines(paths.log)}`)
    }
    await delay(100)
  }
  return { address: `unix://${paths.socket}`, stop }
}

/** A PID file names a process that may be gone, or be another one by now: only what runs on our directory is ended. */
async function endLeftovers(paths: EnginePaths): Promise<void> {
  for (const [pidFile, mark] of [
    [paths.pidFile, paths.data],
    [paths.containerdPidFile, paths.run],
  ] as const) {
    const pid = existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, 'utf8'), 10) : Number.NaN
    if (Number.isInteger(pid) && runsWith(pid, mark)) await endProcess(pid, () => !runsWith(pid, mark))
    rmSync(pidFile, { force: true })
  }
  if (existsSync(paths.socket) && statSync(paths.socket).isSocket()) rmSync(paths.socket)
}

function runsWith(pid: number, word: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)
  } catch {
    return false
  }
}

async function endProcess(pid: number, isGone: () => boolean): Promise<void> {
  process.kill(pid, 'SIGTERM')
  const deadline = performance.now() + stopLimitMs
  while (!isGone() && performance.now() < deadline) await delay(50)
  if (!isGone()) process.kill(pid, 'SIGKILL')
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
}
