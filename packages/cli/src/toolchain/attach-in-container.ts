import type { ContainerOptions, Engine } from '@kernelkit/toolchain'
import type { CommandContext } from '../command.ts'
import { rawTerminal } from '../handlers/raw-terminal.ts'

export interface AttachInput {
  readonly engine: Engine
  readonly container: Omit<ContainerOptions, 'signal'>
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** The program reads what this command is given. */
  readonly stdin: boolean
  /** The program has this command's terminal. */
  readonly tty: boolean
}

/** One program in a container of its own, with the streams of this command. Its exit status is returned; the container is removed. */
export async function attachInContainer(context: CommandContext, input: AttachInput): Promise<number> {
  const { engine, argv, cwd, env, stdin, tty } = input
  const { host, signal } = context
  const { attachProgram, openContainer } = await import('@kernelkit/toolchain')
  await using container = await openContainer(engine, host, { ...input.container, signal })
  const terminal = tty ? rawTerminal(context) : undefined
  try {
    return await attachProgram({ engine, host, container }, argv, {
      cwd,
      env,
      stdin: stdin ? context.stdin : undefined,
      stdout: context.stdout,
      stderr: context.stderr,
      terminal,
      signal,
    })
  } finally {
    terminal?.restore()
  }
}
