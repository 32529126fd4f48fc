import { join } from 'node:path'
import { quoteArgv } from '@kernelkit/core/shell'
import type { Host } from '@kernelkit/host'
import { jobDirectory } from './job-directory.ts'

/** Writes the program `kernelkit-vm` for `shell: kernelkit-vm {0}` and returns its directory. */
export async function installWrapper(host: Host, { node, program }: { readonly node: string; readonly program: string }): Promise<string> {
  const directory = join(jobDirectory(host), 'bin')
  await host.fs.mkdir(directory, { recursive: true, mode: 0o755 })
  // Absolute paths: a step may have another PATH, and another Node in it.
  await host.fs.writeAtomic(join(directory, 'kernelkit-vm'), `#!/bin/sh\nexec ${quoteArgv([node, program])} "$@"\n`, 0o755)
  return directory
}
