import { resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { nodeHost, silentLogger } from '@kernelkit/host'
import type { Step } from './run-stages.ts'

/** What an entry does: work that answers with the exit status; an error becomes an annotation, as in the other actions. */
export async function startStep(work: (step: Step) => Promise<number>): Promise<void> {
  const line = (text: string): void => void process.stdout.write(`${escapeLine(text)}\n`)
  const actions = resolve(import.meta.dirname, '../..')
  try {
    process.exitCode = await work({
      host: nodeHost({ log: { ...silentLogger, info: line, warn: line } }),
      env: process.env,
      node: process.execPath,
      signals: process,
      place: process,
      actions,
    })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const text = error.hint === undefined ? error.message : `${error.message}\nHint: ${error.hint}`
    process.stdout.write(`::error title=${error.code}::${escapeData(text)}\n`)
    process.exitCode = 1
  }
}

/** The runner reads a command up to the end of the line. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** What begins with :: is a command to the runner. */
function escapeLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replace(/^\s*::/, ': :')
}
