import { UserError, command as commandPart, message, option } from '@kernelkit/core/errors'
import { flagOption, listOption } from '@kernelkit/core/options'
import { requireAll, sshRequirements } from '@kernelkit/host'
import { findVm, vmLost, hasSshAccess, listVms, readSshAccess, sshArgv, sshConfig, waitForSsh } from '@kernelkit/vm/internal/running'
import { quoteArgv } from '@kernelkit/core/shell'
import type { CommandContext, RawOptions } from '../command.ts'

// A systemd guest under emulation needs tens of seconds until its server listens.
const limitMs = 120_000

/** `kernelkit ssh`: the host's ssh with this VM's key, known host and port. */
export async function ssh(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const [name, ...command] = args
  if (flagOption(options, 'config')) return printConfig(context, name, command)
  const vm = await findVm(name, host)
  const access = readSshAccess(vm)
  const argv = sshArgv(access, command, listOption(options, 'sshArg'))
  if (context.dryRun) {
    context.print(quoteArgv(argv))
    return 0
  }
  await requireAll(host, sshRequirements, { user: 'ssh' })
  await waitForSsh(access, { host, limitMs, signal })
  const child = host.spawn(argv, { stdio: 'inherit' })
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 255))
  })
  // 255 is ssh's own failure, everything else the guest's status.
  if (exitCode !== 255 || signal.aborted || (await listVms(host)).some(({ id }) => id === vm.id)) return exitCode
  throw await vmLost(host, { why: `the VM '${vm.name}' ended while ssh was connected to it`, console: vm.console })
}

/** Blocks of ssh_config(5): of the named VM, else of every VM that has an ssh server. */
async function printConfig(context: CommandContext, name: string | undefined, command: readonly string[]): Promise<number> {
  const { host } = context
  if (command.length > 0)
    throw new UserError(
      'BAD_OPTION',
      message`${option('config')} prints a configuration and runs no command; seen: '${command.join(' ')}'.`,
      {
        hint: message`Leave the command out, or run it with ${commandPart('ssh -F FILE VM COMMAND')} and the printed FILE.`,
        details: { option: '--config', seen: command.join(' ') },
      },
    )
  const all = name === undefined || name === '' ? (await listVms(host)).filter(hasSshAccess) : [await findVm(name, host)]
  // None has a server: the error says how a VM gets one.
  const vms = all.length === 0 ? [await findVm(undefined, host)] : all
  const blocks = vms.map((vm) => sshConfig(readSshAccess(vm), vm.name))
  if (context.json)
    context.printJson({ vms: vms.map((vm) => ({ name: vm.name, ...readSshAccess(vm) })), config: `${blocks.join('\n\n')}\n` })
  else context.print(blocks.join('\n\n'))
  return 0
}
