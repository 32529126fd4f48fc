import { startOrDetach, type PreparedVm } from '@kernelkit/vm'
import type { CommandContext } from '../command.ts'

/** `boot --keep`: the VM goes on in a process of its own; answers when its agent serves, or at once where there is none. */
export async function keepVm(context: CommandContext, { plan, request, place }: PreparedVm): Promise<number> {
  const vm = await startOrDetach({ request, host: context.host, keep: true, signal: context.signal })
  if (plan.launch.agent && !plan.spec.waitForDebugger) {
    for await (const event of vm.events) {
      context.signal.throwIfAborted()
      if (event.type === 'ready' || event.type === 'exited' || event.type === 'agent-failed') break
    }
  }
  await vm[Symbol.asyncDispose]()
  context.stderr.write(`the VM '${place.name}' goes on: kernelkit exec ${place.name} -- COMMAND, kernelkit stop ${place.name}\n`)
  if (context.json) context.printJson({ vm: place.name, console: request.consolePath })
  return 0
}
