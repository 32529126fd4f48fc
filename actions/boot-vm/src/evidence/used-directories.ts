import { join } from 'node:path'
import type { Host } from '@kernelkit/host'
import { jobFolder } from '../shell/job-directory.ts'

/** Directories of artifacts that boot-vm has filled in this job, as their steps wrote them. */
export async function readUsedFolders(host: Host): Promise<readonly string[]> {
  const text = await host.fs.readFile(join(jobFolder(host), 'artifacts'), 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

export async function noteUsedFolder(host: Host, folder: string): Promise<void> {
  await host.fs.mkdir(jobFolder(host), { recursive: true, mode: 0o755 })
  await host.fs.appendFile(join(jobFolder(host), 'artifacts'), `${folder}\n`)
}
