import { dirname } from 'node:path'
import { cleanGuestFiles, renderFindings } from '@kernelkit/host/files'
import type { Host } from '@kernelkit/host'
import { evidencePath } from '../evidence/evidence-paths.ts'
import { artifactsTag } from '../resolve/resolve-shares.ts'
import type { VmRequest } from '../vm.ts'

/** After the end of a VM: what its guest left among the artifacts and does not belong on this machine is dropped, and noted in the evidence. */
export async function dropGuestFiles(host: Host, { launch, consolePath }: Pick<VmRequest, 'launch' | 'consolePath'>): Promise<void> {
  const share = launch.shares.find(({ tag }) => tag === artifactsTag)
  if (share === undefined) return
  const lines = await cleanGuestFiles(host, share.host).then(renderFindings, (error: unknown) => [
    `nothing: they could not be looked at, so links that lead outside and setuid bits may be there (${error instanceof Error ? error.message : String(error)})`,
  ])
  if (lines.length === 0) return
  // The artifacts are clean whether or not the note can be written.
  await host.fs.writeFile(notePath(consolePath), `${lines.join('\n')}\n`).catch(() => {})
}

/** Warns of what was dropped from the artifacts of a VM that has ended. */
export async function warnOfDropped(host: Pick<Host, 'fs' | 'log'>, consolePath: string): Promise<void> {
  const text = await host.fs.readFile(notePath(consolePath), 'utf8').catch(() => '')
  for (const line of text.split('\n')) if (line !== '') host.log.warn(`dropped from the artifacts: ${line}`)
}

function notePath(consolePath: string): string {
  return evidencePath(dirname(consolePath), 'dropped')
}
