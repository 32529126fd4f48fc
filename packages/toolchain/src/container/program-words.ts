import type { ExecOptions } from './tool-container.ts'

/** Between the polite and the final signal when a program has had its time. */
const graceSeconds = 2

/** The request that starts a program in a running container (Docker Engine API, POST /containers/ID/exec). */
export interface ProgramRequest {
  readonly Cmd: string[]
  readonly Env: string[]
  readonly WorkingDir: string
  readonly AttachStdin: boolean
  readonly AttachStdout: true
  readonly AttachStderr: true
}

/** `env` is added to the container's environment; names that are to be unset there need the program `env`. */
export function renderProgram(
  argv: readonly string[],
  { cwd, env, input, timeoutMs }: Pick<ExecOptions, 'cwd' | 'env' | 'timeoutMs'> & { readonly input: boolean },
  containerEnv: readonly string[],
): ProgramRequest {
  const known = new Set(containerEnv.map((line) => line.slice(0, line.indexOf('='))))
  const entries = Object.entries(env ?? {})
  const unset = entries.flatMap(([name, value]) => (value === undefined && known.has(name) ? ['-u', name] : []))
  return {
    Cmd: [
      ...(unset.length === 0 ? [] : ['env', ...unset]),
      // The engine cannot end a single program of a container.
      ...(timeoutMs === undefined ? [] : ['timeout', '-k', String(graceSeconds), String(timeoutMs / 1000)]),
      ...argv,
    ],
    Env: entries.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
    WorkingDir: cwd ?? '/',
    AttachStdin: input,
    AttachStdout: true,
    AttachStderr: true,
  }
}

/** Exit statuses of `timeout` when the time was up: its own, and that of a program which the final signal ended. */
export const timedOutStatuses: readonly number[] = [124, 137]

/** The runtime's own message when it could not start a program; Docker sends it as output of the program, with status 126 or 127. */
export function runtimeComplaint(output: string): string | undefined {
  const words = /^OCI runtime [^:]*: (.*)/s.exec(output)?.[1]
  return words
    ?.replace(/^exec failed: /, '')
    .replace(/^unable to start container process: /, '')
    .replace(/: unknown\s*$/, '')
    .trim()
}
