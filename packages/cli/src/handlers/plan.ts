import { flagOption, givenOptions, listOption } from '@kernelkit/core/options'
import { parsePlanSpec } from '@kernelkit/core/options/commands'
import { githubMatrix, gitlabPipeline, kubernetesJob, type JobFileInput } from '@kernelkit/core/trials'
import { openHistory } from '@kernelkit/host/history'
import type { CommandContext, RawOptions } from '../command.ts'
import { findTestsFile, splitWords } from '../suite/find-tests-file.ts'
import { planTests } from '../suite/plan-tests.ts'
import { shardsOf } from '../suite/take-shard.ts'

/** `kernelkit plan`: what each of several machines runs, in the words of the system that starts them. */
export async function plan(context: CommandContext, words: readonly string[], options: RawOptions): Promise<number> {
  const { host } = context
  const spec = parsePlanSpec(options)
  const { named, names } = splitWords(words)
  const path = await findTestsFile(host, named)
  const { shards: _, for: __, containerImage: ___, ...ofMatrix } = options
  const isMatrix = listOption(options, 'kernel').length > 0 || (await hasMatrix(context, path))
  const command = isMatrix ? 'matrix' : 'test'
  const planned = await planTests(host, {
    path,
    names,
    options: { ...ofMatrix, ...givenOptions({ yes: true }) },
    cells: isMatrix ? 'matrix' : 'tests',
  })
  const history = await openHistory(host, await context.store({ looks: true }))
  const parts = shardsOf(planned, spec.shards, await history.read())
  const input: JobFileInput = {
    command,
    words: [
      ...words,
      ...listOption(options, 'kernel').flatMap((kernel) => ['-k', kernel]),
      ...(planned.tests.length > 1000 ? ['--yes'] : []),
      // Sources in a volume or of a clone belong to another user than the image's.
      ...(flagOption(options, 'trustProject') ? ['--trust-project'] : []),
    ],
    shards: Array.from({ length: spec.shards }, (_one, index) =>
      planned.tests.filter(({ name }) => parts.get(name) === index + 1).map(({ name }) => name),
    ),
    image: spec.image,
  }
  host.log.info(
    `${planned.tests.length} ${isMatrix ? 'cells' : 'tests'} in ${spec.shards} parts: ${input.shards.map(({ length }) => length).join(', ')}`,
  )
  if (spec.system === 'github') context.print(JSON.stringify(githubMatrix(input)))
  // JSON is YAML; GitLab and Kubernetes read both.
  else context.print(JSON.stringify(spec.system === 'gitlab' ? gitlabPipeline(input) : kubernetesJob(input), undefined, 2))
  return 0
}

async function hasMatrix({ host }: CommandContext, path: string): Promise<boolean> {
  const { openProjectFile } = await import('@kernelkit/host')
  return (await openProjectFile(host, path, { trusted: false })).file.matrix !== undefined
}
