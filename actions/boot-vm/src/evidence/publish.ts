import { basename, join } from 'node:path'
import type { Host } from '@kernelkit/host'

/** Copies the files of a run to its artifacts; returns their names. */
export async function publishDirectory(
  host: Host,
  { from, directory }: { readonly from: string; readonly directory: string },
): Promise<readonly string[]> {
  const entries = await host.fs.readdir(from, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []))
  await host.fs.mkdir(directory, { recursive: true })
  for (const name of names) await publishFile(host, { from: join(from, name), directory })
  return names
}

/** Copies a file into the directory of artifacts. The guest writes there: what it put in the place goes, and no link of its is followed. */
export async function publishFile(host: Host, { from, directory }: { readonly from: string; readonly directory: string }): Promise<void> {
  const to = join(directory, basename(from))
  await host.fs.rm(to, { recursive: true, force: true })
  await host.fs.copyFile(from, to, host.fs.constants.COPYFILE_EXCL)
}
