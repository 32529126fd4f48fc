import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { ExecResult } from './tool-container.ts'
import type { ProgramInput, StreamedExecOptions } from './run-exec.ts'

export type Exec = (argv: readonly string[], options?: StreamedExecOptions) => Promise<ExecResult>

/** $1 the file, $2 its size, $3 its mode. Through a program rather than the engine's archive call, which does not see a tmpfs. */
const script = `mkdir -p "$(dirname "$1")" && cat > "$1.part" && chmod "$3" "$1.part" &&
if [ "$(stat -c %s "$1.part")" = "$2" ]; then mv "$1.part" "$1"; else echo "only $(stat -c %s "$1.part") of $2 bytes came" >&2; false; fi || { rm -f "$1.part"; false; }`

/** Write a file in the container as its user, under its name only when it is whole. */
export async function putContent(
  exec: Exec,
  { content, size, to, mode }: { readonly content: ProgramInput; readonly size: number; readonly to: string; readonly mode: number },
): Promise<void> {
  const { exitCode, stderr } = await exec(['sh', '-c', script, 'sh', to, String(size), mode.toString(8)], { input: content })
  if (exitCode === 0) return
  const isFull = /no space left/i.test(stderr)
  throw new UserError(isFull ? 'DISK_FULL' : 'CONTAINER_COPY', `${to} could not be written in the container: ${stderr.trim()}.`, {
    hint: isFull
      ? message`Free space where the engine keeps its data: ${command('kernelkit toolchain prune')}, \`docker system prune\`.`
      : message`Run the command again with ${option('verbose')}.`,
    details: { to, exitCode },
  })
}
