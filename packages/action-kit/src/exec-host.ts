import { getExecOutput } from '@actions/exec'
import { UserError } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/shell'
import type { Host, RunOptions, RunResult } from '@kernelkit/host'

/** The same machine, its programs started by the runner's own toolkit: each command is shown in the log, secrets are masked. */
export function execHost(host: Host): Host {
  return { ...host, run: (argv, options) => runByToolkit(host, argv, options) }
}

async function runByToolkit(host: Host, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd = host.cwd, env, input, onLine, signal, reject } = options
  const [program, ...args] = argv
  if (program === undefined) throw new TypeError('empty command')
  signal?.throwIfAborted()
  const path = await host.which(program)
  if (path === undefined) {
    const hint = `Install ${options.package ?? `the package that contains ${program}`}.`
    throw new UserError('COMMAND_NOT_FOUND', `'${program}' is not on PATH.`, { hint })
  }
  const startedMs = host.monotonicMs()
  // The toolkit splits the first word at blanks: quoted, it is one program.
  const { exitCode, stdout, stderr } = await getExecOutput(`"${path}"`, args, {
    cwd,
    env: definedOnly({ ...host.env, ...env }),
    ignoreReturnCode: true,
    // Its echo would be on top of ours, and a line of a program could be taken for a command to the runner.
    silent: true,
    ...(input === undefined ? {} : { input: Buffer.from(input) }),
    listeners: {
      stdline: (line) => onLine?.(line, 'stdout'),
      errline: (line) => onLine?.(line, 'stderr'),
    },
  })
  host.log.info(`[command] ${quoteArgv(argv)}${exitCode === 0 ? '' : ` (exited with status ${exitCode})`}`)
  if (exitCode !== 0 && reject !== false) {
    const output = `${stdout}${stderr}`.trimEnd().split('\n').slice(-40).join('\n')
    throw new UserError('COMMAND_FAILED', `\`${quoteArgv(argv)}\` exited with status ${exitCode}.${output === '' ? '' : `\n${output}`}`, {
      details: { argv, exitCode, output },
    })
  }
  return { exitCode, signal: undefined, stdout, stderr, seconds: (host.monotonicMs() - startedMs) / 1000 }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
