import { dirname } from 'node:path'
import { UserError, nearestName } from '@kernelkit/core/errors'
import { flagOption } from '@kernelkit/core/options'
import { summariseHistory, type TestHistory } from '@kernelkit/core/trials'
import { findProjectFile } from '@kernelkit/host'
import { openHistory } from '@kernelkit/host/history'
import type { CommandContext, RawOptions } from '../command.ts'
import { formatTable } from '../output/table.ts'

/** `kernelkit history`: rates and durations by test and kernel, as `test` and `matrix` have recorded them. */
export async function history(context: CommandContext, names: readonly string[], options: RawOptions): Promise<number> {
  const { host } = context
  const file = await findProjectFile(host)
  const project = flagOption(options, 'all') || file === undefined ? undefined : dirname(file)
  const store = await context.store({ looks: true })
  const records = (await (await openHistory(host, store)).read()).filter((record) => project === undefined || record.project === project)
  const known = [...new Set(records.map(({ test }) => test))]
  for (const name of names) if (!known.includes(name)) throw notKnown(name, known)
  const tests = summariseHistory(records.filter(({ test }) => names.length === 0 || names.includes(test)))
  if (context.json) context.printJson({ project: project ?? null, records: records.length, tests })
  else if (tests.length === 0) host.log.info('no results are recorded yet: `kernelkit test` and `kernelkit matrix` record theirs')
  else context.print(formatTable(['test', 'kernel', 'release', 'passed', 'rate', 'flaky', 'seconds', 'last', 'on'], tests.map(rowOf)))
  return 0
}

function rowOf({ test, kernel, config, root, release, passed, runs, flaky, seconds, last, lastAt }: TestHistory): readonly string[] {
  const where = [kernel ?? '', ...(config === undefined ? [] : [`config=${config}`]), ...(root === undefined ? [] : [`root=${root}`])]
  return [
    test,
    where.filter((part) => part !== '').join(','),
    release ?? '',
    `${passed}/${runs}`,
    `${Math.round((100 * passed) / Math.max(runs, 1))} %`,
    flaky === 0 ? '' : String(flaky),
    seconds.toFixed(1),
    last,
    new Date(lastAt).toISOString().slice(0, 10),
  ]
}

function notKnown(name: string, known: readonly string[]): UserError {
  const near = nearestName(name, known)
  return new UserError('TEST_NOT_FOUND', `the history has no test '${name}'${known.length === 0 ? '' : `; it has: ${known.join(', ')}`}.`, {
    hint: near === undefined ? 'Run it first: kernelkit test records its results.' : `Did you mean ${near}?`,
    details: { seen: name, allowed: known },
  })
}
