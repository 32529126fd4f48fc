import { quoteArgv } from '@kernelkit/core/plan'
import { qemuArgv, replayScript } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import { evidencePath } from './evidence-paths.ts'

/** What is known before anything starts: the configuration, QEMU's words, the script that boots the same again. */
export async function recordBoot(
  host: Pick<Host, 'fs'>,
  { folder, plan }: { readonly folder: string; readonly plan: VmPlan },
): Promise<void> {
  const { launch, kernel } = plan
  await Promise.all([
    ...(kernel.options.text === undefined ? [] : [host.fs.writeFile(evidencePath(folder, 'config'), kernel.options.text)]),
    host.fs.writeFile(evidencePath(folder, 'qemu'), `${quoteArgv(qemuArgv(launch, 'fd'))}\n`),
    host.fs.writeFile(evidencePath(folder, 'replay'), replayScript(launch), { mode: 0o755 }),
  ])
}
