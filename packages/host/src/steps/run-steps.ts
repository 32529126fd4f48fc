import { dirname } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { CopyStep, RunStep, Step, UpdateStep } from '@kernelkit/core/plan'
import { fetchFile, type FetchOptions } from './fetch-file.ts'
import type { Host, RunOptions, RunResult } from '../host.ts'

/** Steps that only their package can do. */
export type OwnStep = Extract<Step, { readonly kind: 'mirror' | 'copy-tree' | 'pack' | 'transfer' | 'engine' | 'pending' }>

export interface StepOptions extends Pick<RunOptions, 'signal' | 'onLine' | 'reject' | 'package' | 'endsWithParent' | 'ownGroup'> {
  readonly onStep?: (step: Step) => void
  readonly onProgress?: FetchOptions['onProgress']
  /** Called after each program; it may throw a better error for a failure. */
  readonly onResult?: (result: RunResult, step: RunStep) => void
  /** Runs the programs of steps that are in a container. */
  readonly runInside?: Host['run']
  readonly perform?: (step: OwnStep) => Promise<void>
}

/** Do what the steps say, in order, and nothing else. */
export async function runSteps(host: Host, steps: readonly Step[], options: StepOptions = {}): Promise<void> {
  for (const step of steps) {
    options.signal?.throwIfAborted()
    options.onStep?.(step)
    await runStep(host, step, options)
  }
}

async function runStep(host: Host, step: Step, options: StepOptions): Promise<void> {
  switch (step.kind) {
    case 'run':
      return runProgramStep(host, step, options)
    case 'write':
      await host.fs.mkdir(dirname(step.path), { recursive: true })
      await host.fs.writeFile(step.path, step.content)
      return changeMode(host, step.path, step)
    case 'mkdir':
      await host.fs.mkdir(step.path, { recursive: true })
      return changeMode(host, step.path, step)
    case 'copy':
      return copy(host, step)
    case 'update':
      return update(host, step)
    case 'remove':
      return host.fs.rm(step.path, { recursive: true, force: true })
    case 'fetch': {
      const { signal, onProgress } = options
      await fetchFile(host, { url: step.url, to: step.to, sha256: step.sha256, signal, onProgress })
      return
    }
    case 'verify':
      return verify(host, step)
    case 'mirror':
    case 'copy-tree':
    case 'pack':
    case 'transfer':
    case 'engine':
    case 'pending':
      if (options.perform === undefined) throw new TypeError(`a step '${step.kind}' cannot be done here`)
      return options.perform(step)
  }
}

async function runProgramStep(host: Host, step: RunStep, { onResult, onLine, ...options }: StepOptions): Promise<void> {
  const lines: string[] = []
  const run = step.container === undefined ? host.run : options.runInside
  if (run === undefined) throw new TypeError(`'${step.argv[0]}' is to run in a container, but there is none`)
  const result = await run(step.argv, {
    signal: options.signal,
    ...(step.env === undefined ? {} : { env: step.env }),
    ...(step.cwd === undefined ? {} : { cwd: step.cwd }),
    ...(step.output === undefined ? {} : { outputTo: step.output }),
    ...(options.package === undefined ? {} : { package: options.package }),
    ...(options.endsWithParent === undefined ? {} : { endsWithParent: options.endsWithParent }),
    ...(options.ownGroup === undefined ? {} : { ownGroup: options.ownGroup }),
    ...(options.reject === undefined ? {} : { reject: options.reject }),
    ...(step.log === undefined && onLine === undefined
      ? {}
      : {
          onLine: (line, stream) => {
            if (step.log !== undefined) lines.push(line)
            onLine?.(line, stream)
          },
        }),
  })
  if (step.log !== undefined) await host.fs.writeFile(step.log, `${lines.join('\n')}\n`)
  onResult?.(result, step)
}

async function changeMode(host: Host, path: string, { mode }: { readonly mode?: number }): Promise<void> {
  // Independent of the umask.
  if (mode !== undefined) await host.fs.chmod(path, mode)
}

async function copy(host: Host, { from, to, optional, sha256, mode }: CopyStep): Promise<void> {
  if (optional === true && !(await host.fs.exists(from))) return
  await host.fs.mkdir(dirname(to), { recursive: true })
  await host.fs.copyFile(from, to, host.fs.constants.COPYFILE_FICLONE)
  await changeMode(host, to, mode === undefined ? {} : { mode })
  if (sha256 !== undefined) await verify(host, { path: to, sha256 })
}

async function update(host: Host, { from, to }: UpdateStep): Promise<void> {
  const [text, before] = [await host.fs.readFile(from, 'utf8'), await host.fs.readFile(to, 'utf8').catch(() => undefined)]
  if (before === text) return
  if (before !== undefined) await host.fs.writeAtomic(`${to}.old`, before)
  await host.fs.writeAtomic(to, text)
}

async function verify(host: Host, { path, sha256 }: { readonly path: string; readonly sha256: string }): Promise<void> {
  const found = await host.sha256File(path).catch((cause: unknown) => {
    throw new UserError('FETCH_FAILED', `${path} is missing although it was just fetched.`, { hint: 'Run it again.', cause })
  })
  if (found === sha256) return
  throw new UserError('FETCH_FAILED', `${path} has sha256 ${found}, not ${sha256}.`, {
    hint: 'Run it again: the file changed meanwhile, or it is damaged.',
    details: { path, expected: sha256, found },
  })
}
