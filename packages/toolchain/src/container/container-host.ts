import { once } from 'node:events'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { UserError, message, option } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/shell'
import { lastLines, type Host, type RunOptions, type RunResult } from '@kernelkit/host'
import type { ExecResult, ToolContainer } from './tool-container.ts'
import type { ToolchainImage } from '../image/toolchain-image.ts'
import { programInside, searchPath } from './place-plan.ts'
import { writeChunk } from './write-chunk.ts'

export interface ContainerHostOptions {
  readonly container: ToolContainer
  readonly image: Pick<ToolchainImage, 'packages' | 'tag'>
  /** A directory that is mounted writable: temporary directories are made in it, so that host and container see them. */
  readonly scratch: string
  /** For every program. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * A host whose programs are those of a container while its files stay this machine's: all that the work needs is mounted
 * there at the same path. Programs get only the variables that they are given, none of this machine's.
 */
export function containerHost(host: Host, { container, image, scratch, env = {} }: ContainerHostOptions): Host {
  const found = new Map<string, Promise<string | undefined>>()
  const look = async (program: string): Promise<string | undefined> => {
    const { exitCode, stdout } = await container.exec(['sh', '-c', 'command -v -- "$1"', 'sh', program], { env: { PATH: searchPath } })
    return exitCode === 0 ? stdout.trim() : undefined
  }
  const which = (program: string): Promise<string | undefined> => {
    const answer = found.get(program) ?? look(program)
    found.set(program, answer)
    return answer
  }
  return {
    ...host,
    // A compiler cache elsewhere is not mounted; the store's own is.
    env: { ...host.env, CCACHE_DIR: undefined },
    cpus: Math.min(host.cpus, Math.ceil(container.limits.cpus ?? host.cpus)),
    memoryMiB: Math.min(host.memoryMiB, container.limits.memoryMiB ?? host.memoryMiB),
    packages: new Set(image.packages),
    which,
    run: (argv, options = {}) => run({ host, container, image, env }, argv, options),
    spawn: (argv) => {
      throw new UserError('NOT_IN_CONTAINER', `${argv[0]} cannot be started in a container for longer than a call.`, {
        hint: message`Use ${option('toolchain', 'host')}.`,
      })
    },
    tempDir: async (prefix = 'kernelkit-') => {
      const path = await host.fs.mkdtemp(join(scratch, prefix))
      return { path, [Symbol.asyncDispose]: () => host.fs.rm(path, { recursive: true, force: true }) }
    },
  }
}

type ProgramPlace = Required<Pick<ContainerHostOptions, 'container' | 'image' | 'env'>> & { readonly host: Host }

async function run(place: ProgramPlace, argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const { host, container, image } = place
  const { outputTo, signal } = options
  await using output = outputTo === undefined ? undefined : await openOutput(host, outputTo)
  const result = await container.exec(argv, {
    ...programInside(place, options),
    input: options.input,
    signal,
    timeoutMs: options.timeoutMs,
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
    ...(output === undefined ? {} : { onStdout: (chunk) => writeChunk(output.stream, chunk) }),
  })
  await output?.end()
  signal?.throwIfAborted()
  if (result.exitCode === 127 && result.stdout === '' && !(await isThere(container, argv[0] ?? ''))) {
    throw new UserError('COMMAND_NOT_FOUND', `'${argv[0]}' is not in the toolchain image ${image.tag}.`, {
      hint: message`Use ${option('toolchain', 'host')}${options.package === undefined ? '' : ` with the package ${options.package}`}.`,
    })
  }
  if (result.outOfMemory) host.log.warn(`memory ran out in the container while ${argv[0]} ran${limitOf(container)}`)
  const answer = { exitCode: result.exitCode, signal: undefined, stdout: result.stdout, stderr: result.stderr, seconds: result.seconds }
  if (answer.exitCode !== 0 && options.reject !== false) throw commandFailed(argv, result, options.timeoutMs)
  return answer
}

function limitOf({ limits }: ToolContainer): string {
  return limits.memoryMiB === undefined ? '' : ` (its limit is ${limits.memoryMiB} MiB)`
}

async function isThere(container: ToolContainer, program: string): Promise<boolean> {
  return (await container.exec(['sh', '-c', 'command -v -- "$1"', 'sh', program], { env: { PATH: searchPath } })).exitCode === 0
}

async function openOutput(host: Host, path: string) {
  const stream = host.fs.createWriteStream(path)
  await once(stream, 'open')
  const end = async (): Promise<void> => finished(stream.end())
  return { stream, end, [Symbol.asyncDispose]: async () => void stream.destroy() }
}

function commandFailed(argv: readonly string[], result: ExecResult, timeoutMs: number | undefined): UserError {
  const output = lastLines(`${result.stdout}${result.stderr}`)
  const ending =
    result.timedOut && timeoutMs !== undefined
      ? `did not end within ${timeoutMs / 1000} s`
      : `exited with status ${result.exitCode}${result.outOfMemory ? ', because memory ran out in the container' : ''}`
  return new UserError('COMMAND_FAILED', `\`${quoteArgv(argv)}\` ${ending} in the container.${output === '' ? '' : `\n${output}`}`, {
    ...(result.outOfMemory
      ? { hint: message`Raise the memory limit of the engine, or build with fewer jobs: ${option('jobs', '2')}.` }
      : {}),
    details: { argv, exitCode: result.exitCode, signal: null, outOfMemory: result.outOfMemory, output },
  })
}
