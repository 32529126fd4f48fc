import { UserError, errorDocument } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { evidencePath } from './evidence-paths.ts'

// Bad input and an unable host (docs/verdicts.md).
const exitCode = 125

/** Of a run that came to no verdict of its guest: what stood in the way. */
export async function recordFailure(host: Pick<Host, 'fs'>, folder: string, error: unknown): Promise<void> {
  if (!(error instanceof UserError)) return
  const document = { error: errorDocument(error), verdict: error.verdict, exitCode }
  // The error itself is what matters: a full disk must not hide it.
  await host.fs.writeFile(evidencePath(folder, 'result'), `${JSON.stringify(document, undefined, 2)}\n`).catch(() => {})
}
