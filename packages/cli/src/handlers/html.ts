import { basename, resolve } from 'node:path'
import { textOption } from '@kernelkit/core/options'
import type { CommandContext, RawOptions } from '../command.ts'

/** `kernelkit html`: one static page of results. */
export async function html(context: CommandContext, [results = '']: readonly string[], raw: RawOptions): Promise<number> {
  const { host } = context
  const out = textOption(raw, 'out') ?? 'report.html'
  if (context.dryRun) {
    context.print(`write ${resolve(host.cwd, out)} from ${resolve(host.cwd, results)}`)
    return 0
  }
  const { writePage } = await import('../page/write-page.ts')
  const { path, bytes, page } = await writePage(host, { results, out, title: basename(resolve(host.cwd, results)) })
  const { verdict, rows, columns } = page
  if (context.json) context.printJson({ page: path, bytes, verdict, tests: rows.length, kernels: columns })
  else context.print(`${path}: ${rows.length} tests, ${columns.length === 1 ? '1 kernel' : `${columns.length} kernels`}, ${verdict}`)
  return 0
}
