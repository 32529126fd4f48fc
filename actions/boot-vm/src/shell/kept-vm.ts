import { join } from 'node:path'
import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { jobDirectory } from './job-directory.ts'

/** A VM that was left running for later steps of this job. */
export interface KeptVm {
  readonly id: string
  readonly name: string
  readonly shell: readonly string[] | undefined
  /** Variables that the input `env` names without a value: read anew in each step. */
  readonly names: readonly string[]
  /** Those that it gives a value. */
  readonly values: Readonly<Record<string, string>>
  /** Directory of the artifacts, which takes the console after each step. */
  readonly artifacts: string
  /** Variables of steps in the guest that later steps of the job get, too. */
  readonly passed: readonly string[]
  /** Variables and directories that steps in this guest have given to those after them, in it. */
  readonly given: { readonly env: Readonly<Record<string, string>>; readonly path: readonly string[] }
  /** How many later steps ran in it, and how many of them failed. */
  readonly steps?: { readonly all: number; readonly failed: number } | undefined
}

function directoryOf(host: Host): string {
  return join(jobDirectory(host), 'kept')
}

export async function writeKeptVm(host: Host, vm: KeptVm): Promise<void> {
  await host.fs.mkdir(directoryOf(host), { recursive: true, mode: 0o700 })
  await host.fs.writeAtomic(join(directoryOf(host), `${vm.name}.json`), JSON.stringify(vm), 0o600)
}

/** Notes how a later step ended. */
export async function noteStep(host: Host, name: string, exitCode: number): Promise<void> {
  const vm = await readKeptVm(host, name)
  // Forgotten meanwhile: the job has ended.
  if (vm === undefined) return
  const { all = 0, failed = 0 } = vm.steps ?? {}
  await writeKeptVm(host, { ...vm, steps: { all: all + 1, failed: failed + (exitCode === 0 ? 0 : 1) } })
}

export async function readKeptVm(host: Host, name: string): Promise<KeptVm | undefined> {
  const text = await host.fs.readFile(join(directoryOf(host), `${name}.json`), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as KeptVm)
}

export async function forgetKeptVm(host: Host, name: string): Promise<void> {
  await host.fs.rm(join(directoryOf(host), `${name}.json`), { force: true })
}

/** The VM that a step means: KERNELKIT_VM, else the only one. VMs of other jobs on the same machine are never meant. */
export async function findKeptVm(host: Host): Promise<KeptVm> {
  const directory = directoryOf(host)
  const names = (await host.fs.readdir(directory).catch(() => []))
    .flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []))
    .toSorted()
  const wanted = host.env['KERNELKIT_VM'] ?? ''
  const name = wanted === '' && names.length === 1 ? names[0] : names.find((one) => one === wanted)
  // Written by boot-vm into a directory that only this user may enter.
  if (name !== undefined) return JSON.parse(await host.fs.readFile(join(directory, `${name}.json`), 'utf8')) as KeptVm
  throw notFound(wanted, names)
}

function notFound(wanted: string, names: readonly string[]): UserError {
  const details = { running: names }
  if (names.length === 0)
    return new UserError('VM_NOT_FOUND', 'no VM of this job is running.', {
      hint: message`Give boot-vm ${option('keep', 'true')}: it leaves its VM running for the steps after it.`,
      details,
    })
  if (wanted === '')
    return new UserError('VM_NOT_FOUND', `${names.length} VMs of this job are running: ${names.join(', ')}.`, {
      hint: `Choose one in the step, for example with env: { KERNELKIT_VM: ${names[0] ?? ''} }.`,
      details,
    })
  const near = nearestName(wanted, names)
  return new UserError(
    'VM_NOT_FOUND',
    `KERNELKIT_VM is '${wanted}', but no such VM of this job is running. Running: ${names.join(', ')}.`,
    {
      ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
      details,
    },
  )
}
