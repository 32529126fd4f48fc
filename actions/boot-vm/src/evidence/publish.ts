import { basename, join } from 'node:path'
import type { Host } from '@kernelkit/host'

/** Copies the files of a run to its artifacts; answers their names. */
export async function publishFolder(
  host: Host,
  { from, folder }: { readonly from: string; readonly folder: string },
): Promise<readonly string[]> {
  const entries = await host.fs.readdir(from, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isFile() ? [entry.name] : []))
  await host.fs.mkdir(folder, { recursive: true })
  for (const name of names) await publishFile(host, { from: join(from, name), folder })
  return names
}

/** Copies a file into the directory of artifacts. The guest writes there: what it put in the place goes, and no link of its is followed. */
export async function publishFile(host: Host, { from, folder }: { readonly from: string; readonly folder: string }): Promise<void> {
  const to = join(folder, basename(from))
  await host.fs.rm(to, { recursive: true, force: true })
  await host.fs.copyFile(from, to, host.fs.constants.COPYFILE_EXCL)
}
