import { actionInputs } from '@kernelkit/action-kit'
import { UserError, message, option } from '@kernelkit/core/errors'
import { flagOption, isGiven, listOption, textOption, type RawOptions, type VmSpec } from '@kernelkit/core/options'
import { parseVmSpec, withoutCommand } from '@kernelkit/core/options/vm'
import type { WantedVm } from '@kernelkit/vm/internal'
import { parsePassedNames } from './guest/passed-names.ts'
import { refuseCredentials } from './guest/guest-variables.ts'
import { parseShell } from './guest/script-command.ts'

/** What action.yml declares. */
export const inputRows = actionInputs('boot-vm')

/** What a step asks for. */
export interface BootRequest {
  readonly spec: VmSpec
  readonly script: string
  readonly shell: readonly string[] | undefined
  /** Variables that later steps in the guest may set for later steps of the job. */
  readonly passEnv: readonly string[]
  /** Directory for what the guest leaves and for console, result and JUnit; as written. */
  readonly artifacts: string
  /** A run of a pull request that does not pass finds the guilty commit. */
  readonly bisect: boolean
  /** The same directory where the user did not name it: the guest gets it if its kernel can share one. */
  readonly guestArtifacts: WantedVm['artifacts']
}

/** Where the files of a VM without `artifacts` go: next to those of other VMs of the job, never inside, as the guest may write there. */
export function defaultArtifacts(name: string | undefined, used: readonly string[]): string {
  const base = 'kernelkit-artifacts'
  const named = [base, ...(name === undefined ? [] : [`${base}-${name}`])].find((directory) => !used.includes(directory))
  if (named !== undefined) return named
  for (let count = 2; ; count++) {
    const directory = `${base}-${count}`
    if (!used.includes(directory)) return directory
  }
}

/** Raw inputs to what will run; `used` are directories of artifacts of earlier steps. */
export function parseBootRequest(raw: RawOptions, used: readonly string[]): BootRequest {
  const artifacts = textOption(raw, 'artifacts') ?? defaultArtifacts(textOption(raw, 'name'), used)
  const isKunit = isGiven(raw, 'kunit')
  const tests = withoutCommand.find((name) => isGiven(raw, name))
  // A kernel for KUnit alone may have no file system to share the directory with.
  const isNamed = textOption(raw, 'artifacts') !== undefined
  const defaulted = isNamed || isKunit ? undefined : { path: artifacts, isOptional: true }
  const spec = parseVmSpec(raw, { command: 'run' })
  refuseCredentials(spec.env.map(({ name }) => name))
  return {
    spec,
    script: parseScript(raw, tests),
    shell: parseShell(textOption(raw, 'shell')),
    passEnv: parsePassedNames(listOption(raw, 'passEnv')),
    artifacts,
    bisect: parseBisect(raw, tests),
    guestArtifacts: defaulted,
  }
}

function parseBisect(raw: RawOptions, tests: (typeof withoutCommand)[number] | undefined): boolean {
  if (!flagOption(raw, 'bisect')) return false
  const other = tests ?? (flagOption(raw, 'keep') ? 'keep' : undefined)
  if (other === undefined) return true
  throw new UserError(
    'BAD_INPUT',
    message`${option('bisect')} does not go together with ${option(other)}: it runs the script of ${option('run')} on each commit.`,
    {
      hint: 'Leave one of them out.',
    },
  )
}

function parseScript(raw: RawOptions, tests: (typeof withoutCommand)[number] | undefined): string {
  const script = textOption(raw, 'run')
  if (tests !== undefined && script !== undefined) {
    throw new UserError(
      'BAD_INPUT',
      message`${option('run')} does not go together with ${option(tests)}, which runs tests and no script.`,
      {
        hint: 'Leave one of them out.',
      },
    )
  }
  // A VM that is kept gets its scripts in later steps.
  if (script !== undefined || tests !== undefined || flagOption(raw, 'keep')) return script ?? 'true'
  throw new UserError('BAD_INPUT', message`there is nothing to run: ${option('run')} is missing.`, {
    hint: message`Write ${option('run')} with a script, ${option('keep', 'true')} to run later steps in the VM, or ${option('kunit', 'true')} or ${option('kselftest', 'SUITES')}.`,
    details: { input: 'run' },
  })
}
