import { UserError, renderUserError } from '@kernelkit/core/errors'
import { textOption, writeError } from '@kernelkit/core/options'
import { parseVmSpec, type VmSpec } from '@kernelkit/core/options/vm'
import { wrappedVariables } from '@kernelkit/core/wrapped'
import type { Host } from '@kernelkit/host'
import { chooseCarried, type VmState } from '@kernelkit/vm/internal/running'
import type { CommandContext, RawOptions } from '../command.ts'
import { findWrapperVm } from '../wrapper/find-wrapper-vm.ts'
import { runInKeptVm } from '../wrapper/run-in-kept-vm.ts'
import { visibilityOf } from '../wrapper/visibility-of.ts'

// verdicts.md
const vmLostStatus = 119
const panicStatus = 121

/** `kernelkit exec-wrapper`: the program of a test runner in a VM that runs already, else in one of its own; its exit status is ours. */
export async function execWrapper(context: CommandContext, argv: readonly string[], raw: RawOptions): Promise<number> {
  // What is decided about the VM would be lines between those of the tests.
  const quiet = { ...context, host: quietened(context.host) }
  const spec = parseVmSpec(raw, { command: 'run' })
  const state = await findWrapperVm(context.host, textOption(raw, 'vm'))
  if (context.dryRun) return describe(context, { argv, state, spec })
  const env = { ...wrappedVariables(context.host.env, context.host.lossyVariables), ...pwd(context.host) }
  const stdin = context.stdin.isTTY === true ? undefined : context.stdin
  if (state !== undefined) {
    try {
      return await runInKeptVm(quiet, { argv, state, spec, env, stdin })
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'VM_LOST') throw error
      context.printError(renderUserError(writeError(error, context.reader)))
      return error.details['panic'] === undefined ? vmLostStatus : panicStatus
    }
  }
  const { runInOwnVm } = await import('../wrapper/run-in-own-vm.ts')
  return runInOwnVm(quiet, { argv, spec, env, stdin })
}

/** The shell's own name of the directory, as the program would find it. */
function pwd({ cwd }: Pick<Host, 'cwd'>): Readonly<Record<string, string>> {
  return { PWD: cwd }
}

function quietened(host: Host): Host {
  const { log } = host
  return {
    ...host,
    log: { ...log, info: log.detail.bind(log), detail: log.detail.bind(log), warn: log.warn.bind(log), task: log.task.bind(log) },
  }
}

async function describe(
  context: CommandContext,
  { argv, state, spec }: { readonly argv: readonly string[]; readonly state: VmState | undefined; readonly spec: VmSpec },
): Promise<number> {
  if (state === undefined) {
    const { dryRunVm } = await import('./vm-dry-run.ts')
    return dryRunVm(context, { spec, command: 'run', reader: context.reader, projectKernel: context.projectKernel })
  }
  const { into } = await chooseCarried(context.host, argv, visibilityOf(state))
  for (const { path } of into) context.print(`copy ${path} into ${state.name}`)
  context.print(`in ${state.name} (${state.id}): ${argv.join(' ')}`)
  return 0
}
