import { allowDocument, exitStatus, renderAllowUse } from '@kernelkit/core/console'
import { UserError } from '@kernelkit/core/errors'
import { reportDocument } from '@kernelkit/core/report'
import { parseVmSpec, type VmSpec } from '@kernelkit/core/options'
import {
  bootAttached,
  evidenceDocument,
  planDocument,
  prepareVm,
  readAllowed,
  renderReports,
  recordBoot,
  recordVerdict,
  startOrDetach,
  startsAgain,
  type BootOutcome,
  type PreparedVm,
} from '@kernelkit/vm'
import type { CommandContext, RawOptions } from '../command.ts'
import { rerunInContainer } from '../toolchain/rerun-in-container.ts'
import { describeGdb } from './describe-gdb.ts'
import { keepVm } from './keep-vm.ts'
import { rawTerminal } from './raw-terminal.ts'
import { dryRunVm } from './vm-dry-run.ts'

/** `kernelkit boot`: a guest with the terminal attached, until it powers off or Ctrl-A x. */
export async function boot(context: CommandContext, words: readonly string[], raw: RawOptions): Promise<number> {
  if (words.length > 0) {
    throw new UserError('BAD_OPTION', `boot takes no command, but '${words.join(' ')}' was given.`, {
      hint: `kernelkit run -- ${words.join(' ')}`,
    })
  }
  const spec = parseVmSpec(raw, { command: 'boot' })
  const inside = await rerunInContainer(context, { command: 'boot', spec, stdin: false, tty: isInteractive(context) && !context.dryRun })
  if (inside !== undefined) return inside
  if (context.dryRun) return dryRunVm({ context, spec, command: 'boot' })
  const first = await bootOnce(context, spec)
  if (first.kept !== undefined) return first.kept
  // Whether an image has an init shows only in the guest.
  const isRetried = first.outcome.hasNoInit && spec.init.kind === 'own'
  if (isRetried) context.host.log.info('the root has no init of its own: booting again with a shell')
  const last = isRetried ? await bootOnce(context, { ...spec, init: { kind: 'agent' } }) : first
  if (last.kept !== undefined) return last.kept
  return tell(context, spec, last)
}

interface Booted {
  readonly prepared: PreparedVm
  readonly outcome: BootOutcome
  readonly kept: undefined
}

async function bootOnce(context: CommandContext, spec: VmSpec): Promise<Booted | { readonly kept: number }> {
  for (let starts = 1; ; starts++) {
    const booted = await start(context, spec)
    if (booted.kept !== undefined || !startsAgain(context.host.log, booted.outcome.facts, starts)) return booted
  }
}

async function start(context: CommandContext, spec: VmSpec): Promise<Booted | { readonly kept: number }> {
  const { host, signal } = context
  const allowed = await readAllowed(host, spec.allow)
  const prepared = await prepareVm({ host, store: await context.store(), spec, command: 'boot' })
  const { plan, request } = prepared
  for (const line of [...plan.lines, ...describeGdb(prepared)]) host.log.info(line)
  for (const line of plan.warnings) host.log.warn(line)
  await recordBoot(host, { folder: prepared.logFolder, plan })
  if (spec.keep) return { kept: await keepVm(context, prepared) }
  const isTerminal = isInteractive(context)
  const terminal = isTerminal ? rawTerminal(context) : undefined
  try {
    const outcome = await bootAttached({
      host,
      plan,
      start: () => startOrDetach({ request, host, keep: false, signal }),
      keys: isTerminal ? context.stdin : undefined,
      output: context.json ? host.fs.createWriteStream('/dev/null') : context.stdout,
      terminal: terminal === undefined ? undefined : { ...terminal, term: host.env['TERM'] ?? 'linux' },
      allowed,
      signal,
    })
    return { prepared, outcome, kept: undefined }
  } finally {
    terminal?.restore()
  }
}

function isInteractive({ stdin, stdout, json }: CommandContext): boolean {
  return stdin.isTTY === true && stdout.isTTY === true && !json
}

async function tell(context: CommandContext, spec: VmSpec, { prepared, outcome }: Booted): Promise<number> {
  const { judgement } = outcome
  const exitCode = exitStatus(judgement, spec.status)
  const { plan, request } = prepared
  const { document } = await recordVerdict(context.host, {
    folder: prepared.logFolder,
    plan,
    reports: outcome.reports,
    document: (evidence) => ({
      verdict: judgement.verdict,
      exitCode,
      what: judgement.what,
      accel: plan.accel.accel,
      accelReason: plan.accel.reason,
      seconds: { total: outcome.totalSeconds },
      reports: outcome.reports.map(reportDocument),
      allowed: allowDocument(outcome.allowed),
      console: request.consolePath,
      ...planDocument(plan),
      evidence: evidenceDocument(evidence),
    }),
  })
  for (const line of renderAllowUse(outcome.allowed)) context.stderr.write(`--allow ${line}\n`)
  if (judgement.verdict !== 'pass') {
    for (const line of renderReports(outcome.failing, request.consolePath)) context.stderr.write(`${line}\n`)
    context.stderr.write(
      `${judgement.verdict}: ${judgement.what}\n${judgement.hint === undefined ? '' : `Hint: ${judgement.hint}\n`}console log: ${request.consolePath}\nevidence: ${prepared.logFolder}\n`,
    )
  }
  context.stderr.write(
    `kernelkit: verdict=${judgement.verdict} exit=${exitCode} accel=${plan.accel.accel} total=${outcome.totalSeconds.toFixed(2)}s\n`,
  )
  if (context.json) context.printJson(document)
  return exitCode
}
