import { UserError, message, option } from '@kernelkit/core/errors'
import { hintOfLimit, sessionLimit } from '@kernelkit/core/console'
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
    const explanation = explain(match, launch)
    return new UserError(explanation.code, message`${explanation.message}\nQEMU said: ${lastLine(stderr)}`, {
      hint: explanation.hint,
      details,
    })
  }
  if (exit.signal === 'SIGKILL') {
    return new UserError('QEMU_KILLED', 'QEMU was killed while it started: by a user, or by the host for lack of memory.', {
      hint: message`Look at \`dmesg\` of the host; ask for less with ${option('memory')}.`,
      details,
    })
  }
  const limit = exit.signal === undefined ? undefined : sessionLimit(exit.signal)
  if (limit !== undefined) {
    return new UserError('QEMU_KILLED', `QEMU was killed while it started (${exit.signal}): ${limit}.`, {
      hint: hintOfLimit,
      details,
    })
  }
  if (exit.signal !== undefined) {
    return new UserError('QEMU_REFUSED', `QEMU crashed (${exit.signal}).${stderr === '' ? '' : `\nQEMU said: ${stderr}`}`, {
      hint: message`This is a QEMU bug: try another version with ${option('qemu')}.`,
      details,
    })
  }
  return new UserError(
    'QEMU_REFUSED',
    `QEMU did not start (status ${exit.exitCode ?? 'unknown'}).\nQEMU said: ${stderr === '' ? '(nothing)' : stderr}`,
    {
      hint: message`Paste the command that ${option('dry-run')} prints into a shell to see more.`,
      details,
    },
  )
}

function lastLine(text: string): string {
  return text.split('\n').at(-1) ?? ''
}
