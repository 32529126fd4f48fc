import { runInVm } from '@kernelkit/vm/internal'
import { carryIn, carryOut, chooseCarried } from '@kernelkit/vm/internal/running'
import type { CommandContext } from '../command.ts'
import type { WrappedProgram } from './wrapped-program.ts'

/** One VM for one program; what is said about it is said only when the verdict is not the program's own. */
export async function runInOwnVm(context: CommandContext, { argv, spec, env, stdin }: WrappedProgram): Promise<number> {
  const { host, signal } = context
  const finished = await runInVm({
    host,
    store: await context.store(),
    wanted: { spec, command: 'run', reader: context.reader, projectKernel: context.projectKernel },
    argv,
    env,
    around: async (guest) => {
      const files = await chooseCarried(host, argv, guest.plan)
      const carrier = { host, vm: guest.vm, user: spec.user, signal }
      const placed = await carryIn(carrier, files)
      return () => carryOut(carrier, files, placed)
    },
    openStreams: async () => ({ stdin, stdout: context.stdout, stderr: context.stderr }),
    onConsoleLine: spec.console === 'always' ? context.printError : undefined,
    signal,
  })
  const { verdict } = finished.outcome.judgement
  for (const line of finished.warnings) host.log.warn(line)
  if (verdict !== 'pass' && verdict !== 'fail') for (const line of [...finished.paragraph, finished.verdictLine]) context.printError(line)
  return finished.exitCode
}
