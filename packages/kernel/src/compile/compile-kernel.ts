import { UserError, command, message, option } from '@kernelkit/core/errors'
import {
  estimateObjects,
  isObjectLine,
  parseDiagnostic,
  parseMakeFailure,
  renderDiagnostic,
  type Diagnostic,
  type MakeOptions,
} from '@kernelkit/core/kbuild'
import { runSteps, withTask, type Host, type Task } from '@kernelkit/host'
import type { CompileSteps } from './compile-steps.ts'

export interface CompileOptions extends CompileSteps {
  /** Where the source and the build are, for names in diagnostics. */
  readonly make: Pick<MakeOptions, 'source' | 'build'>
  /** Options set to y, for the estimate. */
  readonly optionsOn: number
  readonly signal?: AbortSignal | undefined
}

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[]
  readonly objects: number
  readonly seconds: number
}

const makeLines = 20
/** More of these are counted, not listed. */
const listedErrors = 10

/** Run make on the kernel: progress by objects, diagnostics as data, `BUILD_FAILED` with file and line. */
export async function compileKernel(host: Host, options: CompileOptions): Promise<CompileResult> {
  return withTask(host, { title: 'compiling', note: ({ objects }) => `${objects} objects` }, (task) => runMake(host, options, task))
}

async function runMake(host: Host, options: CompileOptions, task: Task): Promise<CompileResult> {
  const { make, before, compile, after, signal } = options
  const about = estimateObjects(options.optionsOn)
  const log: string[] = []
  const diagnostics = new Map<string, Diagnostic>()
  let objects = 0
  let errors = 0
  let seconds = 0
  const onLine = (line: string) => {
    log.push(line)
    if (isObjectLine(line)) {
      objects += 1
      if (objects % 10 === 0) task.update(`${objects} of about ${Math.max(about, objects)} objects`)
      return
    }
    const diagnostic = parseDiagnostic(line, make)
    if (diagnostic === undefined) return
    const text = renderDiagnostic(diagnostic)
    if (diagnostics.has(text)) return
    diagnostics.set(text, diagnostic)
    if (diagnostic.severity !== 'error') return
    errors += 1
    // make still waits for what it has started, on a slow machine for minutes.
    if (errors <= listedErrors) host.log.info(text)
  }
  await runSteps(host, before, { signal, onResult: ({ stdout }) => reportSuspects(host, stdout) })
  try {
    await runSteps(host, [compile], {
      onLine,
      reject: false,
      endsWithParent: true,
      ownGroup: true,
      package: 'make',
      signal,
      onResult: (result) => {
        seconds = result.seconds
        if (result.exitCode !== 0)
          throw buildFailed({ exitCode: result.exitCode, log, diagnostics: [...diagnostics.values()], logPath: compile.log ?? '' })
      },
    })
  } finally {
    // Not after an interruption: the next build looks for what make could not remove.
    if (signal?.aborted !== true) await runSteps(host, after)
  }
  return { diagnostics: [...diagnostics.values()], objects, seconds }
}

function reportSuspects(host: Host, removed: string): void {
  const count = removed.split('\n').filter((line) => line !== '').length
  if (count > 0) host.log.info(`the last build here was killed: ${count} objects that may be incomplete are compiled again`)
}

function buildFailed({
  exitCode,
  log,
  diagnostics,
  logPath,
}: {
  readonly exitCode: number
  readonly log: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  readonly logPath: string
}): UserError {
  const full = log.find((line) => line.includes('No space left on device'))
  if (full !== undefined) {
    return new UserError('DISK_FULL', `the disk became full while compiling: ${full.trim()}`, {
      hint: message`Free space (${command('kernelkit cache prune')}), or choose another directory with ${option('cache-dir')}.`,
      details: { log: logPath },
    })
  }
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  const target = log.map(parseMakeFailure).find((failure) => failure !== undefined)?.target
  const listed = errors.slice(0, listedErrors).map((error) => `  ${renderDiagnostic(error)}`)
  const more = errors.length > listedErrors ? [`  and ${errors.length - listedErrors} more errors`] : []
  const head =
    errors.length > 0
      ? `the kernel does not compile: ${errors.length} error${errors.length === 1 ? '' : 's'}${target === undefined ? '' : ` (${target})`}`
      : `make exited with status ${exitCode}${target === undefined ? '' : ` at ${target}`}`
  return new UserError('BUILD_FAILED', [head, ...listed, ...more, ...(errors.length > 0 ? [] : lastLinesOf(log))].join('\n'), {
    hint: `See the whole log in ${logPath}.`,
    verdict: 'build-fail',
    details: { errors, warnings: diagnostics.filter((diagnostic) => diagnostic.severity === 'warning'), exitCode, log: logPath },
  })
}

/** Only where no error was recognised: after one, other compilers keep printing lines that are not related to it. */
function lastLinesOf(log: readonly string[]): readonly string[] {
  return ['last lines of make:', ...log.slice(-makeLines).map((line) => `  ${line}`)]
}
