import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

// Programs such as mkfs.ext4 live in sbin, which is not on every user's PATH.
const systemDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** Absolute path of a program on `path` (as in $PATH) or in a system directory. */
export function findProgram(program: string, path: string): string | undefined {
  if (program.includes('/')) return isExecutable(program) ? program : undefined
  for (const directory of [...path.split(delimiter), ...systemDirectories]) {
    if (directory === '') continue
    const candidate = join(directory, program)
    if (isExecutable(candidate)) return candidate
  }
  return undefined
}

/** Synchronous: a check takes microseconds, and a hundred times that through a thread; PATH has dozens of directories. */
function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
