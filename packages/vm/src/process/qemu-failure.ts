import { UserError } from '@kernelkit/core/errors'
import type { QemuLaunch } from '@kernelkit/core/qemu'
import type { QemuExit } from '../vm.ts'
import { qemuFailures } from './qemu-failure-rows.ts'

/** The error for a QEMU that ended before its machine was complete, from its exit and its stderr. */
export function explainQemuFailure(exit: QemuExit, launch: QemuLaunch): UserError {
  const stderr = exit.stderr.trim()
  const details = { exitCode: exit.exitCode ?? null, signal: exit.signal ?? null, stderr }
  for (const [pattern, explain] of qemuFailures) {
    const match = pattern.exec(stderr)
    if (match === null) continue
    const { code, message, hint } = explain(match, launch)
    return new UserError(code, `${message}\nQEMU said: ${lastLine(stderr)}`, { hint, details })
  }
  if (exit.signal === 'SIGKILL') {
    return new UserError('QEMU_KILLED', 'QEMU was killed while it started: by a user, or by the host for lack of memory.', {
      hint: 'look at `dmesg` of the host; ask for less with --memory.',
      details,
    })
  }
  if (exit.signal !== undefined) {
    return new UserError('QEMU_REFUSED', `QEMU crashed (${exit.signal}).${stderr === '' ? '' : `\nQEMU said: ${stderr}`}`, {
      hint: 'this is a fault of QEMU: try another version with --qemu.',
      details,
    })
  }
  return new UserError(
    'QEMU_REFUSED',
    `QEMU did not start (status ${exit.exitCode ?? 'unknown'}).\nQEMU said: ${stderr === '' ? '(nothing)' : stderr}`,
    {
      hint: 'paste the command that --dry-run prints into a shell to see more.',
      details,
    },
  )
}

function lastLine(text: string): string {
  return text.split('\n').at(-1) ?? ''
}
