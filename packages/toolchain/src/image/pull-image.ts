import { UserError } from '@kernelkit/core/errors'
import { withTask, type Host } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import { readJsonLines } from '../engine/json-lines.ts'
import { engineWords } from '../container/engine-failure.ts'
import { explainPullFailure } from './explain-build-failure.ts'

/** Fetch an image from its registry; progress counts the layers. */
export async function pullImage(
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
