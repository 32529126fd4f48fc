import type { Annotation } from '@kernelkit/action-kit'
import { badTests, failurePlace, pathName, type KtapResults } from '@kernelkit/core/ktap'
import { renderFrame, renderOwners, traceFromBlame, type KernelReport } from '@kernelkit/core/report'

/** Frames and lines of diagnostics in an annotation: GitHub shows the beginning of it. */
const mostFrames = 12
const mostLines = 20

/** Where a source is in the workspace; `undefined` for one that does not. */
export type FindSource = (source: string) => Promise<string | undefined>

/** A report of the kernel at its source line, with the trace from the function to blame. */
export async function annotateReport(
  report: KernelReport,
  options: { readonly level: 'error' | 'notice'; readonly findSource: FindSource },
): Promise<Annotation> {
  const { source, line } = report
  const file = source === undefined ? undefined : await options.findSource(source)
  const place = source !== undefined && file === undefined ? ` (${source}:${line ?? 0})` : ''
  const owners = report.owners === undefined ? [] : [renderOwners(report.owners)]
  const frames = traceFromBlame(report)
    .slice(0, mostFrames)
    .map((frame) => `  ${renderFrame(frame)}`)
  return {
    level: options.level,
    title: `Kernel report: ${report.kind}`,
    message: [`${report.title}${place}`, ...owners, ...frames].join('\n'),
    file,
    line: file === undefined ? undefined : line,
  }
}

/** Each failed test with its diagnostics, at the line of its failed expectation. */
export async function annotateTests(results: KtapResults, findSource: FindSource): Promise<readonly Annotation[]> {
  return Promise.all(
    badTests(results.tests).map(async (placed): Promise<Annotation> => {
      const { test } = placed
      const place = failurePlace(test.diagnostics)
      const file = place === undefined ? undefined : await findSource(place.source)
      const lines = test.diagnostics.slice(-mostLines)
      return {
        level: 'error',
        title: `${test.status === 'crashed' ? 'crashed' : 'not ok'}: ${pathName(placed)}`,
        message: [...(test.reason === undefined ? [] : [test.reason]), ...lines].join('\n') || 'no diagnostics came with it.',
        file,
        line: file === undefined ? undefined : place?.line,
      }
    }),
  )
}
