import { join } from 'node:path'
import type { Host } from '@kernelkit/host'
import { jobDirectory } from '../shell/job-directory.ts'

/** Directories of artifacts that boot-vm has filled in this job, as their steps wrote them. */
export async function readUsedDirectories(host: Host): Promise<readonly string[]> {
  const text = await host.fs.readFile(join(jobDirectory(host), 'artifacts'), 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

export async function noteUsedDirectory(host: Host, directory: string): Promise<void> {
  await host.fs.mkdir(jobDirectory(host), { recursive: true, mode: 0o755 })
  await host.fs.appendFile(join(jobDirectory(host), 'artifacts'), `${directory}\n`)
}
