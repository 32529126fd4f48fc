import { dirname, join } from 'node:path'
import { workFiles } from '@kernelkit/core/debootstrap'
import { isCertainlyGone, ownIdentity, parseIdentity, runSteps, type Host } from '@kernelkit/host'
import { privileged, type Rights } from './rights.ts'
import { hostSteps, type WorkSteps } from './work-steps.ts'

const prefix = 'kernelkit-bake-'
const ownerFile = 'owner.json'

/**
 * A temporary directory in which root, or the root of a user namespace, can work: other users can pass through it (its
 * name cannot be guessed) and write in its scratch directory. Disposal removes their files as well.
 */
export async function openWorkDirectory(
  host: Host,
  rights: Rights,
): Promise<AsyncDisposable & { readonly path: string; readonly steps: WorkSteps }> {
  const directory = await host.tempDir(prefix)
  const { path } = directory
  await sweep(host, { rights, parent: dirname(path) })
  await host.fs.writeFile(join(path, ownerFile), JSON.stringify((await ownIdentity(host)) ?? {}))
  const steps = hostSteps(path, rights)
  await runSteps(host, steps.open)
  return {
    path,
    steps,
    [Symbol.asyncDispose]: async () => {
      await runSteps(host, steps.close, { reject: false })
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** Removes directories of ours that a killed process left; the supervisor of a running bake removes its own, so there are few. */
async function sweep(host: Host, { rights, parent }: { readonly rights: Rights; readonly parent: string }): Promise<void> {
  for (const name of await host.fs.readdir(parent)) {
    if (!name.startsWith(prefix)) continue
    const path = join(parent, name)
    try {
      if ((await host.fs.lstat(path)).uid !== host.uid) continue
      const owner = parseIdentity(JSON.parse(await host.fs.readFile(join(path, ownerFile), 'utf8')))
      if (owner === undefined || !(await isCertainlyGone(host, owner))) continue
      host.log.detail(`removing what a killed bake left: ${path}`)
      await removeScratch(host, rights, path)
      await host.fs.rm(path, { recursive: true, force: true })
    } catch {
      // Just made or just removed by another process.
    }
  }
}

async function removeScratch(host: Host, rights: Rights, path: string): Promise<void> {
  const scratch = join(path, workFiles.scratch)
  if (rights.privilege === 'root' || !(await host.fs.exists(scratch))) return
  await host.run(privileged(rights, ['rm', '-rf', '--one-file-system', scratch]), { reject: false })
}
