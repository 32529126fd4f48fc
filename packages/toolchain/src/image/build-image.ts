import type { Readable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'
import { withTask, type Host, type Task } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import { engineWords } from '../container/engine-failure.ts'
import { readJsonLines, StreamError } from '../engine/json-lines.ts'
import { explainBuildFailure, type BuildFacts } from './explain-build-failure.ts'

export interface BuildImageOptions {
  readonly engine: Engine
  readonly host: Host
  readonly title: string
  readonly context: Readable
  readonly labels: Readonly<Record<string, string>>
  readonly args: Readonly<Record<string, string>>
  readonly facts: BuildFacts
  readonly noCache: boolean
  readonly signal?: AbortSignal | undefined
}

/** Build a Dockerfile with the classic builder, which every engine has; an aborted signal ends the build. Returns the id of the image, which has no name yet. */
export async function buildImage(options: BuildImageOptions): Promise<string> {
  const { engine, host, title, facts, signal } = options
  const output: string[] = []
  return withTask(host, { title }, async (task) => {
    let id: string | undefined
    try {
      const stream = await engine.docker.buildImage(options.context, {
        labels: { ...options.labels },
        buildargs: { ...options.args },
        // What a failed step leaves is removed as well.
        rm: true,
        forcerm: true,
        nocache: options.noCache,
        ...(signal === undefined ? {} : { abortSignal: signal }),
      })
      for await (const text of linesOf(stream)) {
        id = /^Successfully built (\w+)$/.exec(text)?.[1] ?? id
        output.push(text)
        host.log.detail(text)
        reportLine(task, text)
      }
      if (id !== undefined) return id
      throw new StreamError('the build ended without naming the image', undefined)
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof UserError) throw error
      if (error instanceof StreamError) throw explainBuildFailure([...output, error.message].join('\n'), facts, error)
      throw explainCallFailure(error, [...output, engineWords(error)].join('\n'), facts)
    }
  })
}

/** Lines of the build's output: pieces joined, colours of error output taken away. */
async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const { stream: text } of readJsonLines(stream as AsyncIterable<Uint8Array>)) {
      if (text === undefined) continue
      const lines = (rest + text).replaceAll(colours, '').split(/[\r\n]+/)
      rest = lines.pop() ?? ''
      yield* lines.filter((line) => line.trim() !== '')
    }
  } finally {
    if (rest.trim() !== '') yield rest
  }
}

// eslint-disable-next-line no-control-regex -- that is what is taken away
const colours = /\u001b\[\d*m/g

/** Steps, and the progress of apt. */
function reportLine(task: Task, line: string): void {
  const step = /^Step (\d+\/\d+) : (\S+)/.exec(line)
  if (step !== null) task.update(`step ${step[1]}`)
  const apt = /^(Get:\d+|Unpacking|Setting up) (?:\S*:\/\/\S+ \S+ \S+ )?(\S+)/.exec(line)
  if (apt !== null) task.update(`${apt[1]?.startsWith('Get') === true ? 'fetching' : apt[1]?.toLowerCase()} ${apt[2]}`)
}

/** Predefined build arguments: they reach the steps and stay out of the image. */
export function proxyArguments({ env }: Pick<Host, 'env'>): Readonly<Record<string, string>> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
}

/** An HTTP status instead of a stream, or a connection that broke. */
function explainCallFailure(error: unknown, output: string, facts: BuildFacts): UserError {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error
  if (status) return explainBuildFailure(output, facts, error)
  return engineLost(error, facts.engine)
}

/** The connection broke: how far the work came is unknown. */
export function engineLost(error: unknown, engine: string): UserError {
  return new UserError('ENGINE_LOST', `the engine at ${engine} stopped answering: ${engineWords(error)}.`, {
    hint: 'Check that it is running (`docker info`, `journalctl -u docker`), then run the command again: finished work is kept.',
    details: { engine },
    cause: error,
  })
}
