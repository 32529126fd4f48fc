import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

// Programs such as mkfs.ext4 live in sbin, which is not on every user's PATH.
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** Absolute path of a program on `path` (as in $PATH) or in a system folder. */
export async function findProgram(program: string, path: string): Promise<string | undefined> {
  if (program.includes('/')) return (await isExecutable(program)) ? program : undefined
  for (const folder of [...path.split(delimiter), ...systemFolders]) {
    if (folder === '') continue
    const candidate = join(folder, program)
    if (await isExecutable(candidate)) return candidate
  }
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
