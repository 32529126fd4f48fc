import { requireAll, sshRequirements } from '@kernelkit/host'
import { findVm, readSshAccess, sshArgv, waitForSsh } from '@kernelkit/vm/internal/running'
import { quoteArgv } from '@kernelkit/core/plan'
import type { CommandContext } from '../command.ts'

// A systemd guest under emulation needs tens of seconds until its server listens.
const limitMs = 120_000

/** `kernelkit ssh`: the host's ssh with this VM's key, known host and port. */
export async function ssh(context: CommandContext, args: readonly string[]): Promise<number> {
  const { host, signal } = context
  const [name, ...command] = args
  const access = readSshAccess(await findVm(name, host))
  const argv = sshArgv(access, command)
  if (context.dryRun) {
    context.print(quoteArgv(argv))
    return 0
  }
  await requireAll(host, sshRequirements, { user: 'ssh' })
  await waitForSsh(access, { host, limitMs, signal })
  const child = host.spawn(argv, { stdio: 'inherit' })
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    // 255 is ssh's own failure, everything else the guest's status.
    child.once('exit', (code) => resolve(code ?? 255))
  })
}
