import { UserError } from '@kernelkit/core/errors'
import { writeError } from '@kernelkit/core/options'

/** An error as the runner's command for an annotation. */
export function renderErrorCommand(error: unknown): string {
  if (!(error instanceof UserError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return command('INTERNAL', `this is a bug in kernelkit, not in your input:\n${text}`)
  }
  const { code, message, hint } = writeError(error, { door: 'action' })
  return command(code, `${message}${hint === undefined ? '' : `\nHint: ${hint}`}`)
}

function command(title: string, message: string): string {
  const escaped = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  return `::error title=${title}::${escaped}\n`
}
