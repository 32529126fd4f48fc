import type { CommandContext, RawOptions } from '../command.ts'
import { exitStatus } from '@kernelkit/core/console'
import { UserError } from '@kernelkit/core/errors'
import { parseVmSpec } from '@kernelkit/core/spec'
import {
  commandWords,
  guestEnvironment,
  outcomeDocument,
  outcomeJunit,
  prepareVm,
  readAllowed,
  renderParagraph,
  renderVerdictLine,
  runCommand,
  startOrDetach,
} from '@kernelkit/vm'
import { rerunInside } from '../toolchain/rerun-inside.ts'
import { describeGdb } from './describe-gdb.ts'
import { prepareJunit } from './junit-file.ts'
import { dryRunVm } from './vm-dry-run.ts'
import { openStreams } from './vm-streams.ts'

/** `kernelkit run`: boot, one command, its verdict. */
export async function run(context: CommandContext, words: readonly string[], raw: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseVmSpec(raw, { command: 'run' })
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
  const inside = await rerunInside(context, { command: 'run', spec, stdin: spec.stdin || interactive, tty })
  if (inside !== undefined) return inside
  if (context.dryRun) return dryRunVm({ context, spec, command: 'run' })
  const allowed = await readAllowed(host, spec.allow)
  const junit = spec.junit === undefined ? undefined : await prepareJunit(host, spec.junit)
  const prepared = await prepareVm({ host, store: await context.store(), spec, command: 'run' })
  const { plan, request, place } = prepared
  for (const line of [...plan.lines, ...describeGdb(prepared)]) host.log.info(line)
  for (const line of plan.warnings) host.log.warn(line)
  const streams = await openStreams({ context, folder: prepared.logFolder, tty, stdin: spec.stdin || interactive })
  try {
    const outcome = await runCommand({
      host,
      plan,
      start: () => startOrDetach({ request, host, keep: spec.keep, signal }),
      argv,
      env: guestEnvironment(host, spec, plan.root),
      stdin: streams.stdin,
      stdout: streams.stdout,
      stderr: streams.stderr,
      tty: streams.tty,
      onResizable: streams.onResizable,
      onConsoleLine: spec.console === 'always' ? (line) => context.stderr.write(`${line}\n`) : undefined,
      allowed,
      signal,
    })
    await streams.close()
    if (spec.artifacts === undefined && !spec.keep && outcome.command?.artifacts === true)
      host.log.warn('what the command left in $KERNELKIT_ARTIFACTS went with the guest: --artifacts DIR keeps it')
    const exitCode = exitStatus(outcome.judgement, spec.status)
    const paths = { console: request.consolePath, stdout: streams.stdoutPath, stderr: streams.stderrPath, artifacts: spec.artifacts, junit }
    const title = spec.kunit === undefined ? argv.join(' ') : `kunit${spec.kunit.glob === undefined ? '' : ` ${spec.kunit.glob}`}`
    if (junit !== undefined) await host.fs.writeAtomic(junit, await outcomeJunit({ outcome, title }))
    const paragraph = renderParagraph({ outcome, paths, tail: spec.console === 'auto', keptName: spec.keep ? place.name : undefined })
    for (const line of paragraph) context.stderr.write(`${line}\n`)
    context.stderr.write(
      `${renderVerdictLine({ judgement: outcome.judgement, exitCode, accel: plan.accel.accel, seconds: outcome.seconds })}\n`,
    )
    if (context.json) context.printJson(outcomeDocument({ plan, outcome, paths, name: place.name }))
    return exitCode
  } finally {
    await streams.close()
  }
}

function refuseCommandBesideKunit(isKunit: boolean, words: readonly string[]): void {
  if (!isKunit || words.length === 0) return
  throw new UserError('BAD_OPTION', `--kunit runs the kernel's own tests and no command, but '${words.join(' ')}' was given.`, {
    hint: 'leave one of them out; a pattern is joined by =, as in --kunit=ext4*.',
  })
}
