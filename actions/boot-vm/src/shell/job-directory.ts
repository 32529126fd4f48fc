import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** What the steps of a job know of each other; the runner empties RUNNER_TEMP before each job. */
export function jobFolder(host: Pick<Host, 'env'>): string {
  const folder = host.env['RUNNER_TEMP']
  if (folder !== undefined && folder !== '') return join(folder, 'kernelkit')
  throw new UserError('BAD_INPUT', 'RUNNER_TEMP is not set: this runs in a step of a workflow only.', {
    hint: 'outside of GitHub Actions, `kernelkit run --keep` and `kernelkit exec` do the same.',
  })
}
