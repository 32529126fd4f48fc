import { createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '@kernelkit/host'

const thisFile = fileURLToPath(import.meta.url)
const thisDirectory = dirname(thisFile)
/** This code was not bundled into another program. */
const isOwnModule = /\/(?:src|dist)\/package-directory\.[jt]s$/.test(thisFile)

/**
 * Program of the VM host process. Bundles have it next to them, under this name; from the sources (tests) it is what was
 * built, because Node cannot run them without our tools.
 */
export const vmHostProgram = isOwnModule
  ? resolve(thisDirectory, '../dist/process/vm-host-main.js')
  : join(thisDirectory, `vm-host-main${extname(thisFile)}`)

/** Directory with the sources of the guest's programs, and `prebuilt` where they came compiled: next to a published bundle, else in this package. */
export function guestProgramsDirectory(host: Pick<Host, 'fs'>): Promise<string> {
  return shippedDirectory(host, 'agent')
}

/** Directory with the Python package of gdb's commands. */
export function gdbCommandsDirectory(host: Pick<Host, 'fs'>): Promise<string> {
  return shippedDirectory(host, 'gdb')
}

async function shippedDirectory(host: Pick<Host, 'fs'>, name: string): Promise<string> {
  if (isOwnModule) return resolve(thisDirectory, '..', name)
  const bundled = join(thisDirectory, name)
  if (await host.fs.exists(bundled)) return bundled
  return join(dirname(createRequire(import.meta.url).resolve('@kernelkit/vm/package.json')), name)
}
