import { join } from 'node:path'
import { textOption, type RawOptions } from '@kernelkit/core/options'
import type { CommandContext } from '../command.ts'

/** The results of `test` and `matrix` as a page among their artifacts; what is in its way is a warning, because the verdict is what counts. */
export async function writeSuitePage(
  { host }: Pick<CommandContext, 'host'>,
  {
    options,
    document,
    directory,
    title,
  }: { readonly options: RawOptions; readonly document: unknown; readonly directory: string; readonly title: string },
): Promise<string | undefined> {
  const artifacts = textOption(options, 'artifacts')
  if (artifacts === undefined) return undefined
  const { writeFound } = await import('./write-page.ts')
  try {
    const found = { documents: [{ name: 'results', document }], directories: [directory] }
    const { path } = await writeFound(host, { found, out: join(artifacts, 'report.html'), title })
    host.log.info(`page: ${path}`)
    return path
  } catch (error) {
    host.log.warn(`no page of the results: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
