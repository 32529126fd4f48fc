import { join } from 'node:path'
import { UserError, command, message } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** The directory of what the steps of a job know about each other; the runner empties RUNNER_TEMP before each job. */
export function jobDirectory(host: Pick<Host, 'env'>): string {
  const directory = host.env['RUNNER_TEMP']
  if (directory !== undefined && directory !== '') return join(directory, 'kernelkit')
  throw new UserError('BAD_INPUT', 'RUNNER_TEMP is not set: this runs in a step of a workflow only.', {
    hint: message`Use ${command('kernelkit run --keep')} and ${command('kernelkit exec')} outside of GitHub Actions.`,
  })
}
