import { UserError } from '@kernelkit/core/errors'
import type { BuildCall, EngineCall, Step } from '@kernelkit/core/plan'
import { withTask, type Host, type OwnStep } from '@kernelkit/host'
import { engineWords } from '../container/engine-failure.ts'
import type { Engine } from '../engine/engine.ts'
import { readJsonLines, StreamError } from '../engine/json-lines.ts'
import { packContext } from './build-context.ts'
import { buildImage, engineLost } from './build-image.ts'
import { explainPullFailure, type BuildFacts } from './explain-build-failure.ts'
import { inspectImage } from './inspect-image.ts'

export interface EngineContext {
  readonly engine: Engine
  readonly host: Host
  readonly signal?: AbortSignal | undefined
  /** For the messages of a build. */
  readonly facts?: BuildFacts
  readonly title?: string
}

/** Make the call of a step. */
export async function performEngineStep(context: EngineContext, step: OwnStep | Step): Promise<void> {
  if (step.kind !== 'engine') throw new TypeError(`a step '${step.kind}' is not one of an engine`)
  const { call } = step
  switch (call.call) {
    case 'pull':
      return pullImage(context.engine, context.host, { name: call.name, signal: context.signal })
    case 'import':
      return importImage(context, call)
    case 'tag':
      return tagImage(context, call)
    case 'build':
      return build(context, call)
    case 'start-container':
    case 'remove-container':
      throw new TypeError('a container is opened, not performed')
  }
}

async function tagImage({ engine }: EngineContext, { image, tag }: { readonly image: string; readonly tag: string }): Promise<void> {
  const [repo = tag, name = 'latest'] = tag.split(':')
  await engine.docker.getImage(image).tag({ repo, tag: name })
}

async function importImage(context: EngineContext, call: Extract<EngineCall, { readonly call: 'import' }>): Promise<void> {
  const { engine, host, signal } = context
  const { path, tag, changes } = call
  try {
    // A plain archive: older engines refuse zstd, and unpacking gzip costs more than sending.
    const stream = await engine.docker.importImage(host.fs.createReadStream(path), {
      changes: [...changes],
      ...(signal === undefined ? {} : { abortSignal: signal }),
    })
    let id: string | undefined
    for await (const { status } of readJsonLines(stream as AsyncIterable<Uint8Array>)) id = /\b[0-9a-f]{64}\b/.exec(status ?? '')?.[0] ?? id
    if (id === undefined) throw new StreamError('the import ended without naming the image', undefined)
    // Tagged afterwards: Podman gives an imported image the tag `latest` in any case.
    await tagImage(context, { image: id, tag })
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof StreamError || (typeof error === 'object' && error !== null && 'statusCode' in error))
      throw explainPullFailure(engineWords(error), { base: tag, engine: engine.address }, error)
    throw engineLost(error, engine.address)
  }
}

async function build(context: EngineContext, call: BuildCall): Promise<void> {
  const { engine, host, signal, facts, title = 'build an image' } = context
  const { dockerfile, files, labels, args, tag, noCache } = call
  if (facts === undefined) throw new TypeError('a build needs facts for its messages')
  const before = noCache ? await inspectImage(engine, tag, signal) : undefined
  const id = await buildImage({ engine, host, title, context: packContext(host, dockerfile, files), labels, args, facts, noCache, signal })
  const image = engine.docker.getImage(id)
  // Another run that built the same meanwhile was first: its image may be in use by now.
  if (!noCache && (await inspectImage(engine, tag, signal)) !== undefined) return removeQuietly(host, image)
  await tagImage(context, { image: id, tag })
  if (before !== undefined) await removeQuietly(host, engine.docker.getImage(before.Id))
}

/** Without force: an image that a container or another image uses is kept, and so is one with another name. */
export async function removeQuietly(host: Host, image: { remove(): Promise<unknown> }): Promise<void> {
  await image.remove().catch((error: unknown) => host.log.detail(`an image is kept: ${engineWords(error)}`))
}

/** Fetch an image from its registry; progress counts the layers. */
async function pullImage(
  engine: Engine,
  host: Host,
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  await withTask(host, { title: `fetch ${name}` }, async (task) => {
    try {
      const stream = await engine.docker.createImage({ fromImage: name, ...(signal === undefined ? {} : { abortSignal: signal }) })
      const done = new Map<string, boolean>()
      for await (const { id, status } of readJsonLines(stream as AsyncIterable<Uint8Array>)) {
        if (id === undefined || status === undefined) continue
        done.set(id, /complete|exists/i.test(status))
        task.update(`${[...done.values()].filter(Boolean).length} of ${done.size} layers`)
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof UserError) throw error
      throw explainPullFailure(engineWords(error), { base: name, engine: engine.address }, error)
    }
  })
}
