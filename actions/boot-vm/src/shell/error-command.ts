import { UserError } from '@kernelkit/core/errors'

/** An error as the runner's command for an annotation. */
export function renderErrorCommand(error: unknown): string {
  if (!(error instanceof UserError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return command('INTERNAL', `this is a bug of kernelkit, not of your input:\n${text}`)
  }
  return command(error.code, `${error.message}${error.hint === undefined ? '' : `\nHint: ${error.hint}`}`)
}

function command(title: string, message: string): string {
  const escaped = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  return `::error title=${title}::${escaped}\n`
}
