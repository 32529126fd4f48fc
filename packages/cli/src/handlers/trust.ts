import { printable } from '@kernelkit/core/errors'
import { blockNames } from '@kernelkit/core/options'
import { locatePaths, matrixOptions, reachingValues } from '@kernelkit/core/project'
import { beyondProject, giveConsent, openProjectFile, reachingDocument, renderReaching } from '@kernelkit/host'
import type { CommandContext } from '../command.ts'
import { findTestsFile } from '../suite/find-tests-file.ts'

/** `kernelkit trust`: shows what the file does beyond its project and keeps the consent to this content. */
export async function trust(context: CommandContext, [named]: readonly string[]): Promise<number> {
  const { host, dryRun } = context
  const path = await findTestsFile(host, named)
  const opened = await openProjectFile(host, path, { trusted: true })
  const { file, directory, locatorOf } = opened
  const ofBlocks = await Promise.all(
    blockNames.map(async (block) => reachingValues(block, locatePaths(block, file.blocks[block] ?? {}, await locatorOf(block)))),
  )
  const locator = await locatorOf('vm')
  const ofTests = file.tests.map(({ options }) => reachingValues('vm', locatePaths('vm', options, locator)))
  const matrix = file.matrix === undefined ? undefined : matrixOptions(file.matrix)
  const ofMatrix =
    matrix === undefined
      ? []
      : [
          ...reachingValues('vm', locatePaths('vm', matrix.vm, locator)),
          ...reachingValues('kernel', locatePaths('kernel', matrix.kernel, await locatorOf('kernel'))),
        ]
  const reaching = await beyondProject(host, directory, [...ofBlocks, ...ofTests, ofMatrix].flat())
  const consent = dryRun ? undefined : await giveConsent(host, opened, reaching)
  const said = `${dryRun ? 'would consent' : 'consented'} to ${printable(path)} as it is now`
  if (context.json) context.printJson({ file: path, keys: reaching.map(reachingDocument), consent: consent ?? null })
  else {
    context.print(reaching.length === 0 ? 'It does nothing beyond its project.' : renderReaching(reaching).join('\n'))
    host.log.info(consent === undefined ? said : `${said} (${consent}; remove that file to take it back)`)
  }
  return 0
}
