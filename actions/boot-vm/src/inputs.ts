import { commonInputs, optionInputs, type InputRow } from '@kernelkit/action-kit'
import { UserError } from '@kernelkit/core/errors'
import { flagOption, parseVmSpec, textOption, type RawRecord, type VmSpec } from '@kernelkit/core/options'
import type { WantedVm } from '@kernelkit/vm/internal'
import { refuseCredentials } from './guest/guest-variables.ts'
import { parseShell } from './guest/script-command.ts'

/** Nobody types into a step. */
const forPeople = ['stdin', 'tty']

export const inputRows: readonly InputRow[] = [
  { name: 'run', kind: 'text' },
  { name: 'shell', kind: 'text' },
  ...optionInputs('vm').filter(({ name }) => !forPeople.includes(name)),
  ...commonInputs,
]

/** An option of the command as a step writes it; `undefined` for one that is no input. */
export function inputNameOf(option: string): string | undefined {
  return inputRows.find(({ name }) => name === option)?.name
}

/** What a step asks for. */
export interface BootRequest {
  readonly spec: VmSpec
  readonly script: string
  readonly shell: readonly string[] | undefined
  /** Folder for what the guest leaves and for console, result and JUnit; as written. */
  readonly artifacts: string
  /** The same folder where the user did not name it: the guest gets it if its kernel can share one. */
  readonly guestArtifacts: WantedVm['artifacts']
}

/** Where the files of a VM without `artifacts` go: beside those of other VMs of the job, never inside, as the guest may write there. */
export function defaultArtifacts(name: string | undefined, used: readonly string[]): string {
  const base = 'kernelkit-artifacts'
  const named = [base, ...(name === undefined ? [] : [`${base}-${name}`])].find((folder) => !used.includes(folder))
  if (named !== undefined) return named
  for (let count = 2; ; count++) {
    const folder = `${base}-${count}`
    if (!used.includes(folder)) return folder
  }
}

/** Raw inputs to what will run; `used` are folders of artifacts of earlier steps. */
export function parseBootRequest(raw: RawRecord, used: readonly string[]): BootRequest {
  const artifacts = textOption(raw, 'artifacts') ?? defaultArtifacts(textOption(raw, 'name'), used)
  const isKunit = raw['kunit'] !== undefined && raw['kunit'] !== false
  // A kernel for KUnit alone may have no file system to share the folder by.
  const isNamed = textOption(raw, 'artifacts') !== undefined
  const defaulted = isNamed || isKunit ? undefined : { path: artifacts, isOptional: true }
  const spec = parseVmSpec(raw, { command: 'run' })
  refuseCredentials(spec.env.map(({ name }) => name))
  return { spec, script: parseScript(raw, isKunit), shell: parseShell(textOption(raw, 'shell')), artifacts, guestArtifacts: defaulted }
}

function parseScript(raw: RawRecord, isKunit: boolean): string {
  const script = textOption(raw, 'run')
  if (isKunit && script !== undefined) {
    throw new UserError('BAD_INPUT', "the inputs kunit and run do not go together: kunit runs the kernel's own tests and no script.", {
      hint: 'leave one of them out.',
    })
  }
  // A VM that is kept gets its scripts in later steps.
  if (script !== undefined || isKunit || flagOption(raw, 'keep')) return script ?? 'true'
  throw new UserError('BAD_INPUT', 'there is nothing to run: the input run is missing.', {
    hint: 'write run: with a script, keep: true to run later steps in the VM, or kunit: true.',
    details: { input: 'run' },
  })
}
