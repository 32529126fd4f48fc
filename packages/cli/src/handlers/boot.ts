import { UserError, command, message } from '@kernelkit/core/errors'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { renderKept } from '@kernelkit/vm/internal'
import { bootAndLeave, bootInVm } from '@kernelkit/vm/internal/boot'
import type { CommandContext, RawOptions } from '../command.ts'
import { withBisectionStatus } from '../project/bisection.ts'
import { runElsewhere } from '../toolchain/run-elsewhere.ts'
import { printDecisions } from './print-decisions.ts'
import { rawTerminal } from './raw-terminal.ts'

/** `kernelkit boot`: a guest with the terminal attached, until it powers off or Ctrl-A x; with --keep it is left running. */
export async function boot(context: CommandContext, words: readonly string[], given: RawOptions): Promise<number> {
  if (words.length > 0) {
    throw new UserError('BAD_OPTION', `boot takes no command, but '${words.join(' ')}' was given.`, {
      hint: message`Use ${command(`kernelkit run -- ${words.join(' ')}`)}.`,
    })
  }
  const { reader, projectKernel } = context
  const spec = parseVmSpec(await withBisectionStatus(context, given), { command: 'boot' })
  const wanted = { spec, command: 'boot', reader, projectKernel } as const
  const tty = isInteractive(context) && !context.dryRun
  const elsewhere = await runElsewhere(context, { command: 'boot', spec: wanted.spec, stdin: false, tty })
  if (elsewhere !== undefined) return elsewhere
  if (context.dryRun) return (await import('./vm-dry-run.ts')).dryRunVm(context, wanted)
  const { host, signal } = context
  const session = { host, store: await context.store(), wanted, onPrepared: printDecisions(host), signal }
  if (wanted.spec.keep) {
    const { place, request } = await bootAndLeave(session)
    context.printError(renderKept(place.name))
    if (context.json) context.printJson({ vm: place.name, console: request.consolePath })
    return 0
  }
  const finished = await bootInVm({ ...session, openTerminal: () => openTerminal(context) })
  for (const line of finished.paragraph) context.printError(line)
  if (context.json) context.printJson(finished.document)
  return finished.exitCode
}

function isInteractive({ stdin, stdout, json }: CommandContext): boolean {
  return stdin.isTTY === true && stdout.isTTY === true && !json
}

function openTerminal(context: CommandContext): ReturnType<Parameters<typeof bootInVm>[0]['openTerminal']> {
  const { host, json, stdin, stdout } = context
  const terminal = isInteractive(context) ? rawTerminal(context) : undefined
  return {
    keys: terminal === undefined ? undefined : stdin,
    output: json ? host.fs.createWriteStream('/dev/null') : stdout,
    terminal: terminal === undefined ? undefined : { ...terminal, term: host.env['TERM'] ?? 'linux' },
    close: () => terminal?.restore(),
  }
}
