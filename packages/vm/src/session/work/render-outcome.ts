import { allowDocument, exitStatus, kunitTestOf, renderAllowUse, type Judgement } from '@kernelkit/core/console'
import { message, option } from '@kernelkit/core/errors'
import { describeResults, renderResults } from '@kernelkit/core/ktap'
import { writeFor, type Reader } from '@kernelkit/core/options'
import { renderReport, reportDocument, type KernelReport } from '@kernelkit/core/report'
import { quoteArgv } from '@kernelkit/core/shell'
import { launchArgv } from '@kernelkit/core/qemu'
import { evidenceDocument, evidenceNames, type EvidencePaths } from '../../evidence/evidence-paths.ts'
import type { VmPlan } from '../../resolve/plan-vm.ts'
import type { RunOutcome } from './run-command.ts'

export interface OutcomePaths {
  readonly console: string
  readonly stdout: string | undefined
  readonly stderr: string | undefined
  readonly artifacts: string | undefined
  readonly junit?: string | undefined
  /** The directory of the run. */
  readonly evidence?: string | undefined
}

/** Everything about a run but its verdict line: what happened, the end of the console, where things are, what to try. */
export function renderParagraph(options: {
  readonly outcome: RunOutcome
  readonly paths: OutcomePaths
  readonly tail: boolean
  readonly keptName: string | undefined
}): readonly string[] {
  const { outcome, paths } = options
  const { judgement, facts } = outcome
  const isPass = judgement.verdict === 'pass'
  const results = outcome.results === undefined ? [] : renderResults(outcome.results)
  return [
    ...(isPass || !options.tail || facts.tail.length === 0
      ? []
      : [`--- last ${facts.tail.length} lines of the console ---`, ...facts.tail, '---']),
    ...(isPass ? [] : renderReports(outcome.failing, paths.console)),
    ...renderInspected(outcome),
    // When all results passed, the last line is enough; a verdict that comes from the results repeats it.
    ...(isPass ? results.slice(-1).map((line) => `results: ${line}`) : results.slice(0, judgement.verdict === 'fail' ? -1 : undefined)),
    ...(isPass ? [] : [`${judgement.verdict}: ${judgement.what}`]),
    ...(isPass || judgement.hint === undefined ? [] : [`Hint: ${judgement.hint}`]),
    ...(isPass ? [] : [`console log: ${paths.console}`]),
    ...renderAllowed(outcome.allowed, outcome.plan.vm.reader),
    // Without --kunit the kernel's own tests are shown, and do not change the verdict.
    ...(alsoHasKunit(outcome) ? [`KUnit on the console: ${describeResults(outcome.kunit)}`] : []),
    ...(isPass || paths.evidence === undefined ? [] : [`evidence: ${paths.evidence}`]),
    ...renderLook(outcome),
    ...(paths.artifacts === undefined ? [] : [`artifacts: ${paths.artifacts}`]),
    ...(paths.junit === undefined ? [] : [`JUnit: ${paths.junit}`]),
    ...renderWhetherKept(options.keptName, outcome),
  ]
}

/** What the CPUs of a guest that hangs were doing. */
function renderInspected({ look: { cpus } }: Pick<RunOutcome, 'look'>): readonly string[] {
  return cpus === undefined ? [] : ['--- what its CPUs were doing ---', ...cpus, '---']
}

// A screen; the whole text is in the evidence.
const mostScriptLines = 60

/** Where the guest's memory is, and what opens it. */
export function renderLook({ look: { dump, scripts = [] }, plan }: Pick<RunOutcome, 'look' | 'plan'>): readonly string[] {
  if (dump === undefined) return []
  const cut =
    scripts.length > mostScriptLines
      ? [`… ${scripts.length - mostScriptLines} more lines in ${evidenceNames.inspectScripts} of the evidence`]
      : []
  return [
    ...scripts.slice(0, mostScriptLines),
    ...cut,
    `memory: ${quoteArgv(['crash', plan.kernel.vmlinux ?? 'VMLINUX', dump.path])} (${Math.ceil(dump.bytes / 2 ** 20)} MiB)`,
  ]
}

/** A VM that was to be kept: one that could not be prepared, or that ended, is gone. */
function renderWhetherKept(name: string | undefined, { judgement: { verdict }, facts }: RunOutcome): readonly string[] {
  if (name === undefined) return []
  if (facts.qemu !== undefined)
    return verdict === 'panic'
      ? [`the VM '${name}' ended with its guest: --append panic=0 keeps a guest after its panic, --dump-on panic writes its memory`]
      : []
  if (verdict === 'panic' || verdict === 'hang' || facts.off)
    return [
      `the VM '${name}' is still there, its guest answers nothing: kernelkit inspect ${name}, kernelkit gdb ${name}, kernelkit stop ${name}`,
    ]
  return [renderKept(name)]
}

/** What can be done with a VM that was left running. */
export function renderKept(name: string): string {
  return `the VM '${name}' is still running: kernelkit exec ${name} -- COMMAND, kernelkit stop ${name}`
}

/** What each entry of the list of known reports was used for. */
export function renderAllowed(allowed: RunOutcome['allowed'], reader: Reader): readonly string[] {
  return renderAllowUse(allowed).map((line) => writeFor(message`${option('allow')} ${line}`, reader))
}

// The first ones say most; what follows is most often their consequence.
const mostReports = 3

/** What the kernel reported, with the trace of each. */
export function renderReports(reports: readonly KernelReport[], log: string): readonly string[] {
  if (reports.length === 0) return []
  const rest = reports.length - mostReports
  return [
    '--- what the kernel reported ---',
    ...reports.slice(0, mostReports).map((report) => renderReport(log, report)),
    ...(rest > 0 ? [`and ${rest} more: kernelkit report ${quoteArgv([log])}`] : []),
    '---',
  ]
}

/** The kernel ran tests of its own that were not asked for with --kunit. */
function alsoHasKunit({ kunit, results }: RunOutcome): boolean {
  return kunit !== results && kunit.status !== 'no-results'
}

/** The last line on stderr, human readable and easy to grep. */
export function renderVerdictLine(options: {
  readonly judgement: Judgement<string>
  readonly exitCode: number
  readonly accel: string
  readonly seconds: RunOutcome['seconds']
}): string {
  const { judgement, seconds } = options
  const times = [
    ...(seconds.ready === undefined ? [] : [`ready=${seconds.ready.toFixed(2)}s`]),
    ...(seconds.command === undefined ? [] : [`command=${seconds.command.toFixed(2)}s`]),
    `total=${seconds.total.toFixed(2)}s`,
  ]
  return `kernelkit: verdict=${judgement.verdict} exit=${options.exitCode} accel=${options.accel} ${times.join(' ')}`
}

/** The JSON document of `run`. */
export function outcomeDocument(options: {
  readonly plan: VmPlan
  readonly outcome: RunOutcome
  readonly paths: OutcomePaths
  readonly evidence: EvidencePaths
  readonly name: string
}): Readonly<Record<string, unknown>> {
  const { plan, outcome, paths, evidence } = options
  const exitCode = exitStatus(outcome.judgement, plan.vm.status)
  return {
    verdict: outcome.judgement.verdict,
    exitCode,
    what: outcome.judgement.what,
    hint: outcome.judgement.hint ?? null,
    accel: plan.accel.accel,
    accelReason: plan.accel.reason,
    seconds: Object.fromEntries(
      Object.entries({ probe: plan.accel.probeSeconds, ...outcome.seconds }).map(([name, value]) => [
        name,
        value === undefined ? null : Math.round(value * 1000) / 1000,
      ]),
    ),
    // A report inside a KUnit test belongs to that test.
    reports: outcome.reports.map((report) => {
      const test = kunitTestOf(outcome.kunit, report)
      return { ...reportDocument(report), ...(test === undefined ? {} : { test: test.name }) }
    }),
    allowed: allowDocument(outcome.allowed),
    results: outcome.results ?? null,
    kunit: alsoHasKunit(outcome) ? outcome.kunit : null,
    tainted: outcome.command?.tainted ?? null,
    console: paths.console,
    stdout: paths.stdout ?? null,
    stderr: paths.stderr ?? null,
    ...planDocument(plan),
    artifacts: paths.artifacts ?? null,
    junit: paths.junit ?? null,
    evidence: evidenceDocument(evidence),
    vm: plan.vm.keep && outcome.facts.qemu === undefined ? options.name : null,
  }
}

/** What was decided, as --dry-run and the run itself show it; `qemu` can be pasted into a shell. */
export function planDocument(plan: VmPlan): Readonly<Record<string, unknown>> {
  return {
    qemu: launchArgv(plan.launch, 'standalone'),
    kernel: {
      path: plan.kernel.image.path,
      release: plan.kernel.release,
      arch: plan.arch.name,
      vmlinux: plan.kernel.vmlinux ?? null,
      config: plan.kernel.options.source ?? null,
    },
    root: { kind: plan.root.kind, path: plan.root.path ?? null },
    machine: {
      type: plan.machine.machine,
      reason: writeFor(plan.machine.why, plan.vm.reader),
      cpus: plan.launch.cpus,
      memoryMiB: plan.launch.memoryMiB,
    },
    forwards: plan.launch.network.kind === 'user' ? plan.launch.network.forwards : [],
    decisions: plan.lines,
  }
}
