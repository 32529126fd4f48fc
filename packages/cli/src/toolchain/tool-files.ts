import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ToolFiles } from '@kernelkit/toolchain'

const thisFile = fileURLToPath(import.meta.url)

/** Where this command's own files lie: the whole-tool image is made of them. */
export function ownToolFiles(): ToolFiles {
  return {
    node: process.execPath,
    cli: thisFile.replace(/^(.*)\/(?:bundle|dist|src)\/.*$/, '$1'),
    vm: dirname(createRequire(import.meta.url).resolve('@kernelkit/vm/package.json')),
  }
}
