import { UserError, message, option, printable } from '@kernelkit/core/errors'
import type { InspectScript } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { runDebugger } from './run-debugger.ts'

// crash reads a vmlinux of a distribution (half a gigabyte) for a minute on a busy machine.
const limitMs = 10 * 60_000

/** Runs the project's scripts on a dump, one after the other; what each printed, escaped, under its name. A script that fails changes no verdict. */
export async function runInspectScripts(
  host: Host,
  options: {
    readonly scripts: readonly InspectScript[]
    readonly dump: string
    readonly vmlinux: string | undefined
    readonly signal: AbortSignal
  },
): Promise<readonly string[]> {
  const { scripts, dump, vmlinux, signal } = options
  if (vmlinux === undefined) {
    throw new UserError('FILE_NOT_FOUND', 'the vmlinux of this kernel is not known.', {
      hint: message`Name the build directory with ${option('kernel', 'DIR')}, or fetch the symbols with ${option('symbols')}.`,
    })
  }
  const lines: string[] = []
  for (const script of scripts) {
    const { output, exitCode, timedOut } = await runDebugger(host, argvOf(script, { dump, vmlinux }), { limitMs, signal })
    signal.throwIfAborted()
    const end = timedOut ? `stopped after ${limitMs / 60_000} minutes` : exitCode === undefined ? 'killed' : `exit status ${exitCode}`
    lines.push(`--- ${printable(script.path)} (${script.program}, ${end}) ---`, ...output.trimEnd().split('\n'))
  }
  return lines
}

function argvOf(
  { program, path }: InspectScript,
  { dump, vmlinux }: { readonly dump: string; readonly vmlinux: string },
): readonly string[] {
  // Without the user's own start files: -s also leaves out the banner, and a script that does not end with `exit` reads the end of its input.
  return program === 'crash' ? ['crash', '-s', '--no_crashrc', '-i', path, vmlinux, dump] : ['drgn', '-q', '-c', dump, '-s', vmlinux, path]
}
