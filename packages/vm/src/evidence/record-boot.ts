import { replayCommand, replayPath, replayUserPath } from '@kernelkit/core/agent'
import { writeCpio } from '@kernelkit/core/cpio'
import { quoteArgv } from '@kernelkit/core/shell'
import { launchArgv, replayScript } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import { guestEnvironment } from '../session/guest-environment.ts'
import { evidencePath } from './evidence-paths.ts'

export interface BootRecord {
  readonly directory: string
  readonly plan: VmPlan
  /** What a replay runs; absent: a shell, or the root's own init. */
  readonly command?: { readonly argv: readonly string[]; readonly stdin: boolean | string } | undefined
}

/** What is known before anything starts: the configuration, QEMU's words, the script that boots the same again. */
export async function recordBoot(
  host: Pick<Host, 'fs' | 'env' | 'home' | 'uid' | 'gid'>,
  { directory, plan, command }: BootRecord,
): Promise<void> {
  const { launch, kernel } = plan
  // The values of --env are left out: they may be secrets, and evidence is passed on.
  const env = guestEnvironment(host, plan, { env: [], user: plan.vm.user })
  const script = command === undefined || !plan.agentFirst ? undefined : replayCommand({ ...command, cwd: plan.shares.cwd, env })
  const shown = script === undefined ? undefined : quoteArgv(command?.argv ?? [])
  await Promise.all([
    ...(kernel.options.text === undefined ? [] : [host.fs.writeFile(evidencePath(directory, 'config'), kernel.options.text)]),
    host.fs.writeFile(evidencePath(directory, 'qemu'), `${quoteArgv(launchArgv(launch, 'fd'))}\n`),
    host.fs.writeFile(evidencePath(directory, 'replay'), replayScript({ launch, command: shown }), { mode: 0o755 }),
    ...(script === undefined ? [] : [host.fs.writeFile(evidencePath(directory, 'replayArchive'), archiveOf(script, plan.vm.user))]),
  ])
}

function archiveOf(script: string, user: string | undefined): Uint8Array {
  const file = (path: string, text: string) => ({ kind: 'file', path, mode: 0o600, content: new TextEncoder().encode(text) }) as const
  return writeCpio([file(replayPath, script), ...(user === undefined ? [] : [file(replayUserPath, user)])])
}
