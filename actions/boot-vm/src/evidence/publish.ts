import { basename, dirname, join } from 'node:path'
import { makeNamedDirectory, withHeldDirectory, type Host } from '@kernelkit/host'

/** Copies the files of a run to its artifacts; returns their names. */
export async function publishDirectory(
  host: Host,
  { from, directory }: { readonly from: string; readonly directory: string },
): Promise<readonly string[]> {
  const entries = await host.fs.readdir(from, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []))
  await makeNamedDirectory(host, { option: 'artifacts', named: directory })
  for (const name of names) await publishFile(host, { from: join(from, name), directory })
  return names
}

/** Copies a file into the directory of artifacts. The guest writes there, meanwhile too: what it put in the place goes, and no link of its is followed. */
export async function publishFile(host: Host, { from, directory }: { readonly from: string; readonly directory: string }): Promise<void> {
  const path = await makeNamedDirectory(host, { option: 'artifacts', named: directory })
  await withHeldDirectory(host, path, async (held) => {
    const to = join(held, basename(from))
    await clear(host, to, dirname(path))
    await host.fs.copyFile(from, to, host.fs.constants.COPYFILE_EXCL).catch((error: unknown) => {
      // It names the descriptor of the directory, which says nothing to a reader.
      throw error instanceof Error ? Object.assign(error, { dest: join(path, basename(from)) }) : error
    })
  })
}

/** Removes what is in the place of a file; a directory only where the guest cannot reach it, as it could turn parts of it into links meanwhile. */
async function clear(host: Host, path: string, outside: string): Promise<void> {
  const stat = await host.fs.lstat(path).catch(() => undefined)
  if (stat === undefined) return
  if (!stat.isDirectory()) return host.fs.unlink(path)
  await withHeldDirectory(host, outside, async (held) => {
    const aside = join(held, `.kernelkit-${host.randomHex(6)}`)
    await host.fs.rename(path, aside)
    await host.fs.rm(aside, { recursive: true, force: true })
  })
}
