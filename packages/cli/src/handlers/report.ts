import { once } from 'node:events'
import { dirname, resolve } from 'node:path'
import type { ReportKind } from '@kernelkit/core/console'
import { UserError, message, option, type ErrorCode, type Message } from '@kernelkit/core/errors'
import { compareExpectation, renderExpectation } from '@kernelkit/core/report/log'
import { renderReport, reportDocument, type KernelReport } from '@kernelkit/core/report'
import { parseReportSpec } from '@kernelkit/core/options/commands'
import { textOption, writeError, writeFor, type ReportSpec } from '@kernelkit/core/options'
import { printableFor, printableJson } from '@kernelkit/core/text'
import { createReportDecoder, type ReportDecoder } from '@kernelkit/host/symbolise'
import type { CommandContext, RawOptions } from '../command.ts'
import { readLog, type LogSummary } from '../report/read-log.ts'

/** `kernelkit report FILE...`: 0 when every log was read, 1 when its reports are not as --expect says or of a kind of --fail-on, 125 when one could not be read. */
export async function report(context: CommandContext, files: readonly string[], options: RawOptions): Promise<number> {
  const spec = parseReportSpec(options)
  await checkTree(context, spec)
  if (context.dryRun) {
    const decode = spec.vmlinux === undefined ? [] : [`decode with ${spec.vmlinux}`]
    context.print([...files.map((file) => `read ${file}`), ...decode].join('\n'))
    return 0
  }
  const expect = textOption(options, 'expect')
  if (expect !== undefined) return await expectReports(context, files, { spec, expect })
  await using decoder = createReportDecoder(context.host, { ...spec, signal: context.signal })
  let failed = 0
  let isBad = false
  for (const file of files) {
    try {
      const kinds = await reportFile(context, { file, all: spec.all, decoder })
      isBad ||= spec.failOn.some((kind) => kinds.has(kind))
    } catch (error) {
      // One bad file among many does not hide the others.
      if (!(error instanceof UserError) || files.length === 1) throw error
      failed += 1
      if (context.json)
        await write(context, `${JSON.stringify({ file, reports: [], error: { code: error.code, message: error.message } })}\n`)
      warn(context, error)
    }
  }
  if (failed > 0) return 125
  return isBad ? 1 : 0
}

async function checkTree({ host }: CommandContext, { source, modules = [] }: ReportSpec): Promise<void> {
  for (const directory of modules) {
    if (await host.fs.exists(resolve(host.cwd, directory, '.'))) continue
    throw new UserError('FILE_NOT_FOUND', message`${option('modules', directory)}: there is no such directory.`, {
      hint: 'Name the directory below which the unstripped modules are, such as a build directory.',
      details: { directory },
    })
  }
  if (source === undefined || (await host.fs.exists(resolve(host.cwd, source, '.')))) return
  throw new UserError('NO_SUCH_SOURCE', message`${option('source', source)} does not exist.`, {
    hint: 'Name the directory of the kernel tree; without it, paths are relative to the directory in which the kernel was built.',
    details: { source },
  })
}

/** Compares a log with what is expected of it: the door for golden directories. */
async function expectReports(
  context: CommandContext,
  files: readonly string[],
  { spec, expect }: { readonly spec: ReportSpec; readonly expect: string },
): Promise<number> {
  const { host } = context
  const [file, ...others] = files
  if (file === undefined || others.length > 0)
    throw new UserError('BAD_OPTION', message`${option('expect')} ${expect} takes one log, not ${files.length}.`, {
      hint: 'Run the command once for each log.',
      details: { option: '--expect' },
    })
  const path = resolve(host.cwd, expect)
  await checkExpectation(context, expect, path)
  await using decoder = createReportDecoder(host, { ...spec, signal: context.signal })
  const paragraphs: string[] = []
  await readLog(context, {
    file,
    all: spec.all,
    onReports: async (found) => {
      for (const report of (await decoder.decode(found)).reports) paragraphs.push(renderExpectation([report]))
    },
  })
  const rendered = paragraphs.join('\n')
  if (!(await host.fs.exists(path))) {
    await host.fs.writeAtomic(path, rendered)
    host.log.info(
      `wrote ${expect}: ${paragraphs.length === 1 ? '1 report' : `${paragraphs.length} reports`}. Read it before you rely on it.`,
    )
    return 0
  }
  const differences = compareExpectation(await host.fs.readFile(path, 'utf8'), rendered)
  if (context.json) context.printJson({ file, expect, asExpected: differences.length === 0, differences })
  else for (const line of differences) context.print(line)
  return differences.length === 0 ? 0 : 1
}

async function checkExpectation({ host }: CommandContext, expect: string, path: string): Promise<void> {
  if (await host.fs.exists(`${path}/.`))
    throw new UserError('BAD_OPTION', message`${option('expect', expect)} is a directory.`, {
      hint: 'Name the file that has, or gets, the expected reports.',
      details: { option: '--expect' },
    })
  if (!(await host.fs.exists(`${dirname(path)}/.`)))
    throw new UserError('BAD_OPTION', message`${option('expect', expect)}: there is no directory ${dirname(path)}.`, {
      hint: 'Make the directory, or name a file in one that exists.',
      details: { option: '--expect' },
    })
}

interface LogToReport {
  readonly file: string
  readonly all: boolean
  readonly decoder: ReportDecoder
}

/** Reports go out while the log is read, so that a log full of them needs no memory. Answers with the kinds that it has. */
async function reportFile(context: CommandContext, { file, all, decoder }: LogToReport): Promise<ReadonlySet<ReportKind>> {
  const kinds = new Set<ReportKind>()
  const problems = new Map<ErrorCode, UserError>()
  let shown = 0
  const decode = async (reports: readonly KernelReport[]): Promise<readonly KernelReport[]> => {
    const decoded = await decoder.decode(reports)
    for (const problem of decoded.problems) {
      if (problems.has(problem.code)) continue
      problems.set(problem.code, problem)
      warn(context, problem)
    }
    return decoded.reports
  }
  const show = async (reports: readonly KernelReport[]): Promise<void> => {
    for (const report of await decode(reports)) {
      const head = shown === 0 ? `{"file":${JSON.stringify(file)},"reports":[` : ','
      await write(context, context.json ? `${head}${JSON.stringify(reportDocument(report))}` : `${renderReport(file, report)}\n\n`)
      shown += 1
      kinds.add(report.kind)
    }
  }
  const summary = await readLog(context, { file, all, onReports: show })
  // A bad vmlinux is reported for clean logs too.
  if (shown === 0) await decode([])
  if (context.json) {
    const head = shown === 0 ? `{"file":${JSON.stringify(file)},"reports":[` : ''
    const listed = [...problems.values()].map((problem) => ({ code: problem.code, message: problem.message }))
    await write(
      context,
      `${head}],"lines":${summary.lines},"userspaceCrashes":${summary.userspaceCrashes},"problems":${JSON.stringify(listed)}}\n`,
    )
  } else context.host.log.info(writeFor(conclusion(file, { shown, summary, all }), context.reader))
  return kinds
}

function warn({ host, reader }: CommandContext, error: UserError): void {
  const { code, message: text, hint } = writeError(error, reader)
  host.log.warn(`${code}: ${text}${hint === undefined ? '' : ` Hint: ${hint}`}`)
}

function conclusion(file: string, seen: { readonly shown: number; readonly summary: LogSummary; readonly all: boolean }): Message {
  const { lines, userspaceCrashes } = seen.summary
  const found = seen.shown === 0 ? 'no kernel report' : seen.shown === 1 ? '1 kernel report' : `${seen.shown} kernel reports`
  const crashes =
    userspaceCrashes === 0 || seen.all
      ? ''
      : message`; ${userspaceCrashes} crashes of user-space programs are not listed (${option('all')} lists them)`
  return message`${file}: ${found} in ${lines} lines${crashes}`
}

async function write({ host, stdout, signal, json }: CommandContext, text: string): Promise<void> {
  if (!stdout.write(json ? printableJson(text) : printableFor(host.env)(text))) await once(stdout, 'drain', { signal })
}
