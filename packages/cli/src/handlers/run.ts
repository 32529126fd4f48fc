import type { CommandContext, RawOptions } from '../command.ts'
import { UserError, joinedOption, message, option } from '@kernelkit/core/errors'
import { isGiven, type SuiteSpec } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { commandWords, runInVm } from '@kernelkit/vm/internal'
import { withBisectionStatus } from '../project/bisection.ts'
import { runElsewhere } from '../toolchain/run-elsewhere.ts'
import { printDecisions } from './print-decisions.ts'
import { refuseTty } from './refuse-tty.ts'
import { openStreams } from './vm-streams.ts'

/** `kernelkit run`: boot, one command, its verdict. */
export async function run(context: CommandContext, words: readonly string[], given: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseVmSpec(await withBisectionStatus(context, given), { command: 'run' })
  const hasNoCommand = spec.kunit !== undefined || spec.suite !== undefined
  if (hasNoCommand) refuseCommand(spec.suite?.name ?? 'kunit', words)
  const isTerminal = context.stdin.isTTY === true && context.stdout.isTTY === true
  // A dry run needs no command, and has no input.
  const { argv, interactive } = context.dryRun || hasNoCommand ? { argv: [], interactive: false } : commandWords(words, isTerminal)
  const tty = !context.dryRun && (spec.tty || interactive)
  refuseTty({ tty, isTerminal, json: context.json })
  const elsewhere = await runElsewhere(context, { command: 'run', spec, stdin: spec.stdin || interactive, tty })
  if (elsewhere !== undefined) return elsewhere
  const wanted = { spec, command: 'run', reader: context.reader, projectKernel: context.projectKernel } as const
  if (context.dryRun) return (await import('./vm-dry-run.ts')).dryRunVm(context, wanted)
  const store = await context.store()
  const input = {
    host,
    store,
    wanted,
    argv,
    onPrepared: printDecisions(host),
    openStreams: (directory: string) =>
      openStreams({ context, directory, tty, stdin: spec.stdin || interactive, logLimitBytes: spec.logLimitBytes }),
    onConsoleLine: spec.console === 'always' ? context.printError : undefined,
    signal,
  }
  if (isGiven(given, 'repeat') || isGiven(given, 'until-fail'))
    return (await import('./run-repeated.ts')).runRepeated(context, { options: given, interactive, input })
  const finished = await runInVm(input)
  for (const line of finished.warnings) host.log.warn(line)
  for (const line of finished.paragraph) context.printError(line)
  if (context.json) context.printJson(finished.document)
  // What cannot be written has another verdict than this line would say.
  signal.throwIfAborted()
  context.printError(finished.verdictLine)
  return finished.exitCode
}

function refuseCommand(name: 'kunit' | SuiteSpec['name'], words: readonly string[]): void {
  if (words.length === 0) return
  throw new UserError('BAD_OPTION', message`${option(name)} runs tests and no command, but '${words.join(' ')}' was given.`, {
    hint:
      name === 'kunit' || name === 'blktests'
        ? message`Leave one of them out; a value comes after =, as in ${joinedOption(name, name === 'kunit' ? 'ext4*' : 'loop')}.`
        : message`Leave one of them out; several names are one word, as in ${option(name, "'timers size'")}.`,
  })
}
