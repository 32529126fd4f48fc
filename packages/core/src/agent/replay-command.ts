import { quoteArgv } from '../shell/index.ts'

/** Where the agent looks in its initramfs for what it runs when no host speaks to it (packages/vm/agent/init.c). */
export const replayPath = '.kernelkit/replay'

/** And who runs it; without the file root. */
export const replayUserPath = '.kernelkit/replay-user'

// Of the agent's buffer; the end of a longer script would be lost.
const longestScript = 32_767

export interface ReplayedCommand {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** A text: it reads that. `true`: what is typed. `false`: nothing. */
  readonly stdin: boolean | string
}

/** A command as a script for the guest's /bin/sh; absent when it is too long for the agent. */
export function replayCommand({ argv, cwd, env, stdin }: ReplayedCommand): string | undefined {
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${quoteArgv([value])}\n`)
  const script = `cd ${quoteArgv([cwd])} || exit 126\n${variables.join('')}exec ${quoteArgv(argv)}${redirection(stdin)}\n`
  return new TextEncoder().encode(script).length > longestScript ? undefined : script
}

function redirection(stdin: ReplayedCommand['stdin']): string {
  if (stdin === true) return ''
  if (stdin === false) return ' < /dev/null'
  const lines = stdin.split('\n')
  let end = 'END'
  while (lines.includes(end)) end += '_'
  return ` <<'${end}'\n${stdin.replace(/\n$/, '')}\n${end}`
}
