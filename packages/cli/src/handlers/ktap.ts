import { textOption } from '@kernelkit/core/options'
import { basename, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { createKtapReader, createKtapText, isGood, renderResults, type KtapResults } from '@kernelkit/core/ktap'
import { junitSuites, renderJunit } from '@kernelkit/core/ktap/junit'
import { prepareOutFile, writeOutFile } from '@kernelkit/host'
import type { CommandContext, RawOptions } from '../command.ts'

/** `kernelkit ktap FILE`: 0 when every test passed, 1 for a failed result, an unfinished plan or no results, 125 for a file that cannot be read. */
export async function ktap(context: CommandContext, args: readonly string[], raw: RawOptions): Promise<number> {
  const named = args[0] ?? '-'
  const junitName = textOption(raw, 'junit')
  if (context.dryRun) {
    context.print(`read ${named}${typeof junitName === 'string' ? `, write ${junitName}` : ''}`)
    return 0
  }
  const junit =
    typeof junitName === 'string' && junitName !== ''
      ? await prepareOutFile(context.host, { option: 'junit', named: junitName })
      : undefined
  const results = await readResults(context, named)
  const name = named === '-' ? 'stdin' : basename(named)
  if (junit !== undefined) await writeOutFile(context.host, junit, await renderJunit(junitSuites(results, { name }), { name }))
  if (context.json) context.printJson({ file: named, ...results, junit: junit ?? null })
  else for (const line of renderResults(results)) context.print(line)
  return isGood(results) && results.finished ? 0 : 1
}

async function readResults(context: CommandContext, named: string): Promise<KtapResults> {
  const { host } = context
  const reader = createKtapReader({ prefixed: true, versionless: true })
  const text = createKtapText(reader)
  const input = named === '-' ? context.stdin : host.fs.createReadStream(resolve(host.cwd, named))
  try {
    for await (const chunk of input) {
      context.signal.throwIfAborted()
      text.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
    }
  } catch (cause) {
    if (context.signal.aborted || cause instanceof UserError) throw cause
    throw new UserError('FILE_NOT_FOUND', `${named} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`, {
      hint: 'Name a console log or the output of a test; - reads stdin.',
      details: { path: named },
      cause,
    })
  }
  text.end()
  return reader.finish()
}
