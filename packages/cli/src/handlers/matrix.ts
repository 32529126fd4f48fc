import { basename } from 'node:path'
import { findPatterns } from '@kernelkit/core/trials'
import { everyMs, type Every } from '@kernelkit/host/progress'
import type { CommandContext, RawOptions } from '../command.ts'
import { comparisonDocument, renderComparison } from '../suite/comparison-lines.ts'
import { writeSuitePage } from '../page/suite-page.ts'
import { renderAgain } from '../suite/again-words.ts'
import { cellProgress } from '../suite/cell-progress.ts'
import { findTestsFile, splitWords } from '../suite/find-tests-file.ts'
import { cellDocument, renderBadCells, renderGrid, shownCells } from '../suite/matrix-summary.ts'
import { planTests } from '../suite/plan-tests.ts'
import { namesSuite } from '../suite/suite-tests.ts'
import { ownShard } from '../suite/own-shard.ts'
import { runSuite } from '../suite/run-suite.ts'
import { kernelsOf } from '../suite/stored-results.ts'
import { dryRunTests } from '../suite/test-dry-run.ts'
import { renderVerdictLine } from '../suite/test-summary.ts'

/** `kernelkit matrix`: every test of kernelkit.yaml on every kernel, configuration and root, one table, one verdict. */
export async function matrix(context: CommandContext, words: readonly string[], options: RawOptions): Promise<number> {
  const { named, names: chosen } = splitWords(words)
  const path = await findTestsFile(context.host, named, { mayLack: namesSuite(options) })
  const plan = await ownShard(context, await planTests(context.host, { path, names: chosen, options, cells: 'matrix' }), options)
  if (context.dryRun) return dryRunTests(context, plan)
  const { verdict, exitCode, results, seconds, made, allowed, comparison, junit, evidence } = await runSuite(context, plan, {
    command: 'matrix',
    options,
    progress: (log) => cellProgress(log, { cells: plan.tests.length, now: () => context.host.monotonicMs(), every: live(context) }),
  })
  const cells = plan.tests.map(({ cell }) => cell)
  const again = (name: string) => renderAgain(context.argv, name)
  const shown = shownCells(cells, { results, allowed, again })
  const patterns = findPatterns(shown)
  const names = results.map(({ name }) => name)
  const documents = results.map((result, index) => cellDocument(cells[index], result, again(result.name)))
  const isWhole = chosen.length === 0 && plan.tests.length === plan.allCells.length
  const baseline = comparison === undefined ? {} : { baseline: comparisonDocument(comparison, names, { isWhole }) }
  const document = { verdict, cells: documents, ...baseline }
  const page = await writeSuitePage(context, { options, document, directory: evidence, title: basename(plan.directory) })
  if (context.json) {
    context.printJson({
      verdict,
      exitCode,
      seconds,
      file: plan.path,
      kernels: kernelsOf(made),
      image: made.image,
      patterns,
      cells: documents,
      evidence,
      junit: junit ?? null,
      page: page ?? null,
      ...baseline,
    })
  } else {
    context.print(renderGrid(shown))
    const { baseline: file = '' } = plan.spec
    const compared = comparison === undefined ? [] : renderComparison(comparison, names, { file, isWhole })
    for (const line of [...renderBadCells(shown), ...compared, ...patterns]) context.print(line)
  }
  if (!context.signal.aborted) {
    const judging = { failOnFlaky: plan.spec.failOnFlaky, allowed }
    context.stderr.write(`${renderVerdictLine(results, { ...judging, seconds: seconds.total, noun: 'cells' })}\n`)
  }
  return exitCode
}

/** A clock for the line on a terminal; with --verbose each update is a line of its own where the terminal is not animated. */
function live({ stderr, verbose }: CommandContext): Every | undefined {
  return stderr.isTTY === true && !verbose ? everyMs : undefined
}
