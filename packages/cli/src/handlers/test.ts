import { basename } from 'node:path'
import type { CommandContext, RawOptions } from '../command.ts'
import { comparisonDocument, renderComparison } from '../suite/comparison-lines.ts'
import { writeSuitePage } from '../page/suite-page.ts'
import { findTestsFile, splitWords } from '../suite/find-tests-file.ts'
import { planTests } from '../suite/plan-tests.ts'
import { namesSuite } from '../suite/suite-tests.ts'
import { ownShard } from '../suite/own-shard.ts'
import { runSuite } from '../suite/run-suite.ts'
import { dryRunTests } from '../suite/test-dry-run.ts'
import { documentOf, renderTable, renderVerdictLine } from '../suite/test-summary.ts'

/** `kernelkit test`: what kernelkit.yaml says: build, bake, every test in a fresh VM, one summary. */
export async function test(context: CommandContext, words: readonly string[], options: RawOptions): Promise<number> {
  const { named, names: chosen } = splitWords(words)
  const path = await findTestsFile(context.host, named, { mayLack: namesSuite(options) })
  const plan = await ownShard(context, await planTests(context.host, { path, names: chosen, options, cells: 'tests' }), options)
  if (context.dryRun) return dryRunTests(context, plan)
  const { verdict, exitCode, results, seconds, made, allowed, comparison, junit, evidence } = await runSuite(context, plan, {
    command: 'test',
    options,
  })
  const documents = results.map(documentOf)
  const names = results.map(({ name }) => name)
  const isWhole = chosen.length === 0 && plan.tests.length === plan.allCells.length
  const baseline = comparison === undefined ? {} : { baseline: comparisonDocument(comparison, names, { isWhole }) }
  const document = { verdict, tests: documents, ...baseline }
  const page = await writeSuitePage(context, { options, document, directory: evidence, title: basename(plan.directory) })
  if (context.json)
    context.printJson({
      verdict,
      exitCode,
      seconds,
      file: plan.path,
      kernel: made.kernels.get(undefined),
      image: made.image,
      tests: documents,
      junit: junit ?? null,
      page: page ?? null,
      ...baseline,
    })
  else {
    context.print(renderTable(results))
    const { baseline: file = '' } = plan.spec
    if (comparison !== undefined) context.print(renderComparison(comparison, names, { file, isWhole }).join('\n'))
  }
  if (!context.signal.aborted) {
    const { failOnFlaky } = plan.spec
    context.stderr.write(`${renderVerdictLine(results, { failOnFlaky, allowed, seconds: seconds.total })}\n`)
  }
  return exitCode
}
