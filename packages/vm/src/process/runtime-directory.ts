import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** sun_path of a unix socket has 108 bytes with its ending NUL (unix(7)). */
const longestSocketPath = 107
// `<root>/vms/<id>/control.sock` and its siblings: the longest name below the root.
const longestTail = '/vms/0123456789ab/terminal.sock'

/**
 * The directory of everything that lives only while VMs run: `$XDG_RUNTIME_DIR/kernelkit`, else `/tmp/kernelkit-<uid>`; made when
 * missing. Throws RUNTIME_DIRECTORY.
 */
export async function runtimeDirectory(host: Host): Promise<string> {
  const path = await choosePath(host)
  await host.fs.mkdir(join(path, 'vms'), { recursive: true, mode: 0o700 })
  await host.fs.mkdir(join(path, 'names'), { recursive: true, mode: 0o700 })
  await checkOwner(host, path)
  return path
}

/** The same directory for those who only look: `undefined` when no VM has ever been started. Throws RUNTIME_DIRECTORY. */
export async function existingRuntimeDirectory(host: Host): Promise<string | undefined> {
  const path = await choosePath(host)
  if (!(await host.fs.exists(join(path, 'vms'))) || !(await host.fs.exists(join(path, 'names')))) return undefined
  await checkOwner(host, path)
  return path
}

async function choosePath(host: Host): Promise<string> {
  const xdg = host.env['XDG_RUNTIME_DIR']
  const fallback = `/tmp/kernelkit-${host.uid}`
  if (xdg === undefined || xdg === '' || !(await isUsable(xdg, host))) return fallback
  const path = join(xdg, 'kernelkit')
  if (Buffer.byteLength(path + longestTail) <= longestSocketPath) return path
  host.log.detail(`${path} is too long for sockets below it (${longestSocketPath} bytes in all): ${fallback} is used`)
  return fallback
}

/** /tmp is shared by all users, so a directory found there must be accessible to us alone before a socket goes into it. */
async function checkOwner(host: Host, path: string): Promise<void> {
  const stat = await host.fs.lstat(path)
  if (stat.isDirectory() && stat.uid === host.uid && (stat.mode & 0o077) === 0) return
  throw new UserError(
    'RUNTIME_DIRECTORY',
    `${path} is not a directory that only uid ${host.uid} may enter (owner ${stat.uid}, mode ${(stat.mode & 0o7777).toString(8)}).`,
    {
      hint: 'Remove it, or set XDG_RUNTIME_DIR to a directory of your own.',
      details: { path, uid: stat.uid, mode: stat.mode },
    },
  )
}

async function isUsable(directory: string, host: Host): Promise<boolean> {
  try {
    const stat = await host.fs.stat(directory)
    return stat.isDirectory() && stat.uid === host.uid
  } catch {
    return false
  }
}
