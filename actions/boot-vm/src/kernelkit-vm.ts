import { UserError } from '@kernelkit/core/errors'
import { plainText } from '@kernelkit/action-kit'
import { explainSystemError, nodeHost } from '@kernelkit/host'
import { lineWriter } from './guest/line-writer.ts'
import { renderErrorCommand } from './shell/error-command.ts'
import { runGuestStep } from './shell/run-step.ts'

/** Status of a step whose script could not be run to its end. */
const noStatus = 125

/** Entry of `kernelkit-vm FILE`: what a step with `shell: kernelkit-vm {0}` runs. */
async function main(): Promise<number> {
  const interrupt = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt.abort(new Error(name)))
  const [scriptPath] = process.argv.slice(2)
  try {
    if (scriptPath === undefined) {
      throw new UserError('COMMAND_MISSING', 'kernelkit-vm runs the script of a step.', {
        hint: 'Write shell: kernelkit-vm {0} in the step.',
      })
    }
    return await runGuestStep({
      host: nodeHost(),
      scriptPath,
      stdout: lineWriter((line) => process.stdout.write(`${plainText(line)}\n`)),
      stderr: lineWriter((line) => process.stderr.write(`${plainText(line)}\n`)),
      note: (line) => void process.stdout.write(`${plainText(line)}\n`),
      signal: interrupt.signal,
    })
  } catch (thrown) {
    const error = explainSystemError(thrown)
    if (interrupt.signal.aborted) process.stderr.write('kernelkit-vm: cancelled; the command in the guest was ended too.\n')
    else process.stdout.write(renderErrorCommand(error))
    return noStatus
  }
}

process.exitCode = await main()
