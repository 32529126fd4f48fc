import { fileURLToPath } from 'node:url'
import type { Host } from '@kernelkit/host'
import type { ToolFiles } from '@kernelkit/toolchain'
import { guestProgramsDirectory } from '@kernelkit/vm/internal/running'

const thisFile = fileURLToPath(import.meta.url)

/** Where this command's own files lie: the whole-tool image is made of them. */
export async function ownToolFiles(host: Pick<Host, 'fs'>): Promise<ToolFiles> {
  return {
    node: process.execPath,
    cli: thisFile.replace(/^(.*)\/(?:bundle|dist|src)\/.*$/, '$1'),
    agent: await guestProgramsDirectory(host),
  }
}
