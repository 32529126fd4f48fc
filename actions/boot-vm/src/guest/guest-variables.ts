import { UserError, message, option } from '@kernelkit/core/errors'
import { namedVariable, type Host } from '@kernelkit/host'

/** What a script may know of its job; everything else is named by the input `env`. */
const ofTheJob = [
  'CI',
  'GITHUB_ACTIONS',
  'GITHUB_REPOSITORY',
  'GITHUB_REF',
  'GITHUB_REF_NAME',
  'GITHUB_SHA',
  'GITHUB_RUN_ID',
  'GITHUB_RUN_ATTEMPT',
  'GITHUB_JOB',
  'GITHUB_EVENT_NAME',
  'GITHUB_WORKSPACE',
  'RUNNER_OS',
  'RUNNER_ARCH',
  'RUNNER_DEBUG',
] as const

/** Credentials of the runner, and what it passes to this action alone. */
const neverPassed = /TOKEN|^(?:ACTIONS|INPUT|STATE)_/i

type Environment = Readonly<Record<string, string | undefined>>

/** Variables of the job as the guest sees them. */
export function jobVariables(env: Environment): Readonly<Record<string, string>> {
  return pick(ofTheJob, (name) => env[name])
}

/** The named variables that are set and may be passed. */
export function pickVariables(host: Pick<Host, 'env' | 'lossyVariables'>, names: readonly string[]): Readonly<Record<string, string>> {
  return pick(
    names.filter((name) => !neverPassed.test(name)),
    (name) => namedVariable(host, name),
  )
}

/** The input `env` names what a guest must never see, as every guest may run code of a pull request. */
export function refuseCredentials(names: readonly string[]): void {
  const name = names.find((one) => neverPassed.test(one))
  if (name === undefined) return
  throw new UserError(
    'BAD_INPUT',
    message`${option('env')} names ${name}; names with TOKEN, ACTIONS_*, INPUT_* and STATE_* never reach a guest.`,
    {
      hint: message`Give a value that the guest is meant to have another name: ${option('env', 'MY_KEY=value')}.`,
      details: { input: 'env', seen: name },
    },
  )
}

function pick(names: readonly string[], read: (name: string) => string | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = read(name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}
