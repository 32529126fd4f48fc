import type { CommandContext, RawOptions } from '../command.ts'
import { UserError } from '@kernelkit/core/errors'
import { parseVmSpec } from '@kernelkit/core/options'
import { commandWords, runInVm } from '@kernelkit/vm/internal'
import { withBisectionStatus } from '../project/bisection.ts'
import { runElsewhere } from '../toolchain/run-elsewhere.ts'
import { printDecisions } from './print-decisions.ts'
import { openStreams } from './vm-streams.ts'

/** `kernelkit run`: boot, one command, its verdict. */
export async function run(context: CommandContext, words: readonly string[], given: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseVmSpec(await withBisectionStatus(context, given), { command: 'run' })
  refuseCommandBesideKunit(spec.kunit !== undefined, words)
  const isTerminal = context.stdin.isTTY === true && context.stdout.isTTY === true
  // A plan names no command, and nobody types into it.
  const { argv, interactive } =
    context.dryRun || spec.kunit !== undefined ? { argv: [], interactive: false } : commandWords(words, isTerminal)
  const tty = !context.dryRun && (spec.tty || interactive)
  if (tty && !isTerminal) throw new UserError('BAD_OPTION', '--tty needs a terminal on stdin and stdout.', { hint: 'leave --tty out.' })
  if (tty && context.json)
    throw new UserError('BAD_OPTION', '--tty and --json do not go together: with --json the streams go to files.', {
      hint: 'leave one of them out.',
    })
  const elsewhere = await runElsewhere(context, { command: 'run', spec, stdin: spec.stdin || interactive, tty })
  if (elsewhere !== undefined) return elsewhere
  const wanted = { spec, command: 'run', reader: context.reader } as const
  if (context.dryRun) return (await import('./vm-dry-run.ts')).dryRunVm(context, wanted)
  const finished = await runInVm({
    host,
    store: await context.store(),
    wanted,
    argv,
    onPrepared: printDecisions(host),
    openStreams: (folder) => openStreams({ context, folder, tty, stdin: spec.stdin || interactive }),
    onConsoleLine: spec.console === 'always' ? (line) => context.stderr.write(`${line}\n`) : undefined,
    signal,
  })
  for (const line of finished.warnings) host.log.warn(line)
  for (const line of [...finished.paragraph, finished.verdictLine]) context.stderr.write(`${line}\n`)
  if (context.json) context.printJson(finished.document)
  return finished.exitCode
}

function refuseCommandBesideKunit(isKunit: boolean, words: readonly string[]): void {
  if (!isKunit || words.length === 0) return
  throw new UserError('BAD_OPTION', `--kunit runs the kernel's own tests and no command, but '${words.join(' ')}' was given.`, {
    hint: 'leave one of them out; a pattern is joined by =, as in --kunit=ext4*.',
  })
}
