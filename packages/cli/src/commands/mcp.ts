import type { CommandDefinition } from '../command.ts'

export const mcpCommand: CommandDefinition = {
  name: 'mcp',
  summary: 'serve build, run, test and others to an agent or editor (Model Context Protocol)',
  example: 'kernelkit mcp',
  load: async () => (await import('../handlers/mcp.ts')).mcp,
}
