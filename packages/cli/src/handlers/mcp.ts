import type { CommandContext } from '../command.ts'

/** `kernelkit mcp`: serves until the client disconnects; then whatever it started ends. */
export async function mcp(context: CommandContext): Promise<number> {
  if (context.dryRun) {
    const { toolNames } = await import('../mcp/tools.ts')
    context.print(`serve ${toolNames.join(', ')}`)
    return 0
  }
  const { serve } = await import('../mcp/serve.ts')
  await serve(context)
  return 0
}
