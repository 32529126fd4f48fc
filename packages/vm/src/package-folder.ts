import { createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '@kernelkit/host'

const thisFile = fileURLToPath(import.meta.url)
const thisFolder = dirname(thisFile)
/** This code was not bundled into another program. */
const isOwnModule = /\/(?:src|dist)\/package-folder\.[jt]s$/.test(thisFile)

/**
 * Program of the VM host process. Bundles hold it beside themselves, under this name; of the sources (tests) it is what was
 * built, because Node cannot run them without our tools.
 */
export const vmHostProgram = isOwnModule
  ? resolve(thisFolder, '../dist/process/vm-host-main.js')
  : join(thisFolder, `vm-host-main${extname(thisFile)}`)

/** Folder with the sources of the guest's programs, and `prebuilt` where they came compiled: beside a bundle that must do without packages, else in this package. */
export async function guestProgramsFolder(host: Pick<Host, 'fs'>): Promise<string> {
  if (isOwnModule) return resolve(thisFolder, '../agent')
  const beside = join(thisFolder, 'agent')
  if (await host.fs.exists(beside)) return beside
  return join(dirname(createRequire(import.meta.url).resolve('@kernelkit/vm/package.json')), 'agent')
}
