import { UserError } from '@kernelkit/core/errors'
import {
  compileEnvironment,
  estimateObjects,
  isObjectLine,
  makeArgv,
  parseDiagnostic,
  parseMakeFailure,
  renderDiagnostic,
  type Diagnostic,
  type MakeOptions,
} from '@kernelkit/core/kbuild'
import { withTask, type Host, type Task } from '@kernelkit/host'

export interface CompileOptions {
  readonly make: MakeOptions
  readonly targets: readonly string[]
  /** ccache's folder, `undefined` for the user's own. */
  readonly ccacheFolder: string | undefined
  /** Options set to y, for the estimate. */
  readonly optionsOn: number
  /** File that takes make's whole output. */
  readonly logPath: string
  readonly signal?: AbortSignal | undefined
}

export interface CompileResult {
  readonly diagnostics: readonly Diagnostic[]
  readonly objects: number
  readonly seconds: number
}

const tailLines = 20
/** More of these are counted, not listed. */
const listedErrors = 10

/** Run make on the kernel: progress by objects, diagnostics as data, `BUILD_FAILED` with file and line. */
export async function compileKernel(host: Host, options: CompileOptions): Promise<CompileResult> {
  return withTask(host, { title: 'compiling', note: ({ objects }) => `${objects} objects` }, (task) => runMake(host, options, task))
}

async function runMake(host: Host, options: CompileOptions, task: Task): Promise<CompileResult> {
  const { make, signal } = options
  const about = estimateObjects(options.optionsOn)
  const log: string[] = []
  const diagnostics = new Map<string, Diagnostic>()
  let objects = 0
  const onLine = (line: string) => {
    log.push(line)
    if (isObjectLine(line)) {
      objects += 1
      if (objects % 10 === 0) task.update(`${objects} of about ${Math.max(about, objects)} objects`)
      return
    }
    const diagnostic = parseDiagnostic(line, make)
    if (diagnostic !== undefined) diagnostics.set(renderDiagnostic(diagnostic), diagnostic)
  }
  const result = await host.run(makeArgv(make, options.targets), {
    env: compileEnvironment(make, options.ccacheFolder),
    onLine,
    reject: false,
    endsWithParent: true,
    ownGroup: true,
    package: 'make',
    signal,
  })
  await host.fs.writeFile(options.logPath, `${log.join('\n')}\n`)
  if (result.exitCode !== 0)
    throw buildFailed({ exitCode: result.exitCode, log, diagnostics: [...diagnostics.values()], logPath: options.logPath })
  return { diagnostics: [...diagnostics.values()], objects, seconds: result.seconds }
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
      hint: 'free space (kernelkit cache prune), or choose another --cache-dir.',
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
      : `make ended with ${exitCode}${target === undefined ? '' : ` at ${target}`}`
  return new UserError(
    'BUILD_FAILED',
    [head, ...listed, ...more, 'last lines of make:', ...log.slice(-tailLines).map((line) => `  ${line}`)].join('\n'),
    {
      hint: `the whole log is ${logPath}.`,
      verdict: 'build-fail',
      details: { errors, warnings: diagnostics.filter((diagnostic) => diagnostic.severity === 'warning'), exitCode, log: logPath },
    },
  )
}
