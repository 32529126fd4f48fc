import { once } from 'node:events'
import { UserError } from '@kernelkit/core/errors'
import { renderReport, reportDocument, type KernelReport } from '@kernelkit/core/report'
import type { CommandContext, RawOptions } from '../command.ts'
import { readLog, type LogSummary } from '../report/read-log.ts'

/** `kernelkit report FILE...`: 0 when every log was read, 125 when one could not be. */
export async function run(context: CommandContext, files: readonly string[], options: RawOptions): Promise<number> {
  refuseDecoding(options)
  if (context.dryRun) {
    context.print(files.map((file) => `read ${file}`).join('\n'))
    return 0
  }
  let failed = 0
  for (const file of files) {
    try {
      await reportFile(context, file, options['all'] === true)
    } catch (error) {
      // One bad file among many does not hide the others.
      if (!(error instanceof UserError) || files.length === 1) throw error
      failed += 1
      if (context.json)
        await write(context, `${JSON.stringify({ file, reports: [], error: { code: error.code, message: error.message } })}\n`)
      context.host.log.warn(`${error.code}: ${error.message}${error.hint === undefined ? '' : ` Hint: ${error.hint}`}`)
    }
  }
  return failed === 0 ? 0 : 125
}

function refuseDecoding(options: RawOptions): void {
  const option = ['vmlinux', 'source'].find((name) => options[name] !== undefined)
  if (option === undefined) return
  throw new UserError('NOT_YET', `--${option} is reserved: addresses are not decoded yet.`, {
    hint: "leave it out (names, offsets and the lines that the log itself tells are shown); the tree's scripts/decode_stacktrace.sh decodes a log beforehand.",
    details: { option: `--${option}` },
  })
}

/** Reports go out while the log is read, so that a log full of them needs no memory. */
async function reportFile(context: CommandContext, file: string, all: boolean): Promise<void> {
  let shown = 0
  const show = async (report: KernelReport): Promise<void> => {
    const head = shown === 0 ? `{"file":${JSON.stringify(file)},"reports":[` : ','
    await write(context, context.json ? `${head}${JSON.stringify(reportDocument(report))}` : `${renderReport(file, report)}\n\n`)
    shown += 1
  }
  const summary = await readLog(context, { file, all, onReport: show })
  if (context.json) {
    const head = shown === 0 ? `{"file":${JSON.stringify(file)},"reports":[` : ''
    await write(context, `${head}],"lines":${summary.lines},"userspaceCrashes":${summary.userspaceCrashes}}\n`)
  } else context.host.log.info(conclusion(file, { shown, summary, all }))
}

function conclusion(file: string, seen: { readonly shown: number; readonly summary: LogSummary; readonly all: boolean }): string {
  const { lines, userspaceCrashes } = seen.summary
  const found = seen.shown === 0 ? 'no kernel report' : seen.shown === 1 ? '1 kernel report' : `${seen.shown} kernel reports`
  const crashes =
    userspaceCrashes === 0 || seen.all ? '' : `; ${userspaceCrashes} crashes of user-space programs are not listed (--all lists them)`
  return `${file}: ${found} in ${lines} lines${crashes}`
}

async function write({ stdout, signal }: CommandContext, text: string): Promise<void> {
  if (!stdout.write(text)) await once(stdout, 'drain', { signal })
}
