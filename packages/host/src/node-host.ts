import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import * as fsCallbacks from 'node:fs'
import * as fsPromises from 'node:fs/promises'
import { availableParallelism, homedir, tmpdir, totalmem } from 'node:os'
import { pipeline } from 'node:stream/promises'
import { callbackify, promisify } from 'node:util'
import { findProgram } from './process/find-program.ts'
import { findLossyVariables } from './process/lossy-variables.ts'
import type { Host, HostFiles } from './host.ts'
import { silentLogger, type Logger } from './logger.ts'
import { createNamedWriteStream, namingFile } from './files/named-writes.ts'
import { refuseNamedPipe, refuseProcessFile } from './files/process-files.ts'
import { runProgram } from './process/run-program.ts'
import { sleep } from './process/sleep.ts'
import { makeTempDir, sweepTempDirs } from './files/temp-dir.ts'

/** Set where `boot` and `run` continue in a container of ours, which hides this machine. */
export const containerVariable = 'KERNELKIT_INSIDE'

export interface NodeHostOptions {
  readonly log?: Logger
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

/** The real machine. */
export function nodeHost(options: NodeHostOptions = {}): Host {
  const env = options.env ?? process.env
  const cwd = options.cwd ?? process.cwd()
  let swept: Promise<void> | undefined
  const host: Host = {
    env,
    lossyVariables: findLossyVariables(env),
    cwd,
    uid: process.getuid?.() ?? -1,
    gid: process.getgid?.() ?? -1,
    home: env['HOME'] ?? homedir(),
    nodeArch: process.arch,
    cpus: availableParallelism(),
    memoryMiB: Math.floor(totalmem() / 2 ** 20),
    availableMemoryMiB: () => Math.floor(process.availableMemory() / 2 ** 20),
    fs: hostFiles,
    log: options.log ?? silentLogger,
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep,
    which: async (program) => findProgram(program, env['PATH'] ?? ''),
    run: (argv, runOptions) => runProgram(argv, { ...runOptions, cwd: runOptions?.cwd ?? cwd, baseEnv: env }),
    spawn: (argv, spawnOptions) => startProgram(argv, { cwd, env: { ...env }, ...spawnOptions }),
    tempDir: async (prefix = 'kernelkit-') => {
      // Once per process: what killed processes left can wait.
      await (swept ??= sweepTempDirs(host, tmpdir()))
      return makeTempDir(host, { parent: tmpdir(), prefix })
    },
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    sha256: (content) => createHash('sha256').update(content).digest('hex'),
    sha256File: async (path) => {
      const hash = createHash('sha256')
      await pipeline(guardedReadStream(path), hash)
      return hash.digest('hex')
    },
  }
  return host
}

/** Rejects when a path leads to a file of a process, or would be waited for as a named pipe. */
async function refuse(path: unknown, flags: unknown): Promise<void> {
  await refuseProcessFile(path)
  await refuseNamedPipe(path, flags)
}

/** The function, unless its path is refused. */
function guarded<F extends (path: never, ...rest: never[]) => Promise<unknown>>(read: F): F {
  const checked = async (path: never, ...rest: never[]): Promise<unknown> => {
    await refuse(path, rest[0])
    return read(path, ...rest)
  }
  return checked as F
}

/** The same for a stream, which fails. */
const guardedReadStream: typeof fsCallbacks.createReadStream = (path, options) =>
  fsCallbacks.createReadStream(path, {
    ...(typeof options === 'string' ? { encoding: options } : options),
    fs: {
      ...fsCallbacks,
      open: (name: fsCallbacks.PathLike, flags: string, mode: number, done: (error: Error | null, fd: number) => void) => {
        const open = callbackify(async () => {
          await refuse(name, flags)
          return promisify(fsCallbacks.open)(name, flags, mode)
        })
        open(done)
      },
    },
  })

const hostFiles: HostFiles = {
  ...fsPromises,
  readFile: guarded(fsPromises.readFile),
  open: guarded(fsPromises.open),
  copyFile: guarded(fsPromises.copyFile),
  createReadStream: guardedReadStream,
  createWriteStream: createNamedWriteStream,
  writeFile: (path, ...rest) => namingFile(path, () => fsPromises.writeFile(path, ...rest)),
  appendFile: (path, ...rest) => namingFile(path, () => fsPromises.appendFile(path, ...rest)),
  exists: async (path) => {
    try {
      await fsPromises.stat(path)
      return true
    } catch {
      return false
    }
  },
  writeAtomic: async (path, content, mode) => {
    const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
    try {
      await fsPromises.writeFile(temporary, content, { flag: 'wx', ...(mode === undefined ? {} : { mode }) })
      await fsPromises.rename(temporary, path)
    } catch (error) {
      await fsPromises.rm(temporary, { force: true })
      // The caller knows nothing of the temporary name.
      throw error instanceof Error ? Object.assign(error, { path, dest: undefined }) : error
    }
  },
}

function startProgram(argv: readonly [string, ...string[]], options: SpawnOptions): ChildProcess {
  const [program, ...rest] = argv
  return spawn(program, rest, options)
}
