import { join } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import { quoteArgv } from '@kernelkit/core/shell'

/** `kernelkit` of this version for `run:` steps, under the Node that runs this action: the machine's own may be too old. */
export async function putOnPath(action: Action): Promise<void> {
  const { host, directory, temp, version } = action
  const bin = join(temp, 'kernelkit-bin')
  const program = join(directory, 'cli/bin/kernelkit.js')
  await host.fs.mkdir(bin, { recursive: true, mode: 0o755 })
  await host.fs.writeAtomic(join(bin, 'kernelkit'), `#!/bin/sh\nexec ${quoteArgv([process.execPath, program])} "$@"\n`, 0o755)
  action.addPath(bin)
  host.log.info(`kernelkit ${version}: ${join(bin, 'kernelkit')}`)
}
