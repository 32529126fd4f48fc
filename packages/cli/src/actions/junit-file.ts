import { dirname, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** Absolute path of a JUnit file that can be written; what an earlier run left there is gone, so that nobody takes it for this one's. */
export async function prepareJunit(host: Host, named: string): Promise<string> {
  const path = resolve(host.cwd, named)
  try {
    await makeFolder(host, dirname(path))
    await host.fs.rm(path, { force: true })
    await host.fs.access(dirname(path), host.fs.constants.W_OK)
  } catch (cause) {
    throw new UserError(
      'ACCESS_DENIED',
      `--junit ${named} cannot be written (${cause instanceof Error ? cause.message : String(cause)}).`,
      {
        hint: 'name a file in a folder that you may write to.',
        details: { path },
        cause,
      },
    )
  }
  return path
}

/** With its parents, one by one: Node's own recursive mkdir never ends below /proc, where a missing parent cannot be made. */
export async function makeFolder(host: Pick<Host, 'fs'>, path: string): Promise<void> {
  if (await host.fs.exists(path)) return
  await makeFolder(host, dirname(path))
  await host.fs.mkdir(path).catch((error: NodeJS.ErrnoException) => {
    // Somebody else made it meanwhile.
    if (error.code !== 'EEXIST') throw error
  })
}
