import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const thisFile = fileURLToPath(import.meta.url)

/** Root of this package, which holds the guest's sources and the VM host program; found by name when this code was bundled into another program. */
export const packageFolder = /\/(?:src|dist)\/package-folder\.[jt]s$/.test(thisFile)
  ? resolve(dirname(thisFile), '..')
  : dirname(createRequire(import.meta.url).resolve('@kernelkit/vm/package.json'))
