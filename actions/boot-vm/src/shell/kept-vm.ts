import { join } from 'node:path'
import { UserError, nearestName } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { jobFolder } from './job-folder.ts'

/** A VM that was left running for later steps of this job. */
export interface KeptVm {
  readonly id: string
  readonly name: string
  readonly shell: readonly string[] | undefined
  /** Variables that the input `env` names without a value: read anew in each step. */
  readonly names: readonly string[]
  /** Those that it gives a value. */
  readonly values: Readonly<Record<string, string>>
  /** Folder of the artifacts, which takes the console after each step. */
  readonly artifacts: string
  /** Variables and folders that steps in this guest have given to those behind them. */
  readonly given: { readonly env: readonly string[]; readonly path: readonly string[] }
  /** How many later steps ran in it, and how many of them failed. */
  readonly steps?: { readonly all: number; readonly failed: number } | undefined
}

function folderOf(host: Host): string {
  return join(jobFolder(host), 'kept')
}

export async function writeKeptVm(host: Host, vm: KeptVm): Promise<void> {
  await host.fs.mkdir(folderOf(host), { recursive: true, mode: 0o700 })
  await host.fs.writeAtomic(join(folderOf(host), `${vm.name}.json`), JSON.stringify(vm), 0o600)
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
  const text = await host.fs.readFile(join(folderOf(host), `${name}.json`), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as KeptVm)
}

export async function forgetKeptVm(host: Host, name: string): Promise<void> {
  await host.fs.rm(join(folderOf(host), `${name}.json`), { force: true })
}

/** The VM that a step means: KERNELKIT_VM, else the only one. VMs of other jobs on the same machine are never meant. */
export async function findKeptVm(host: Host): Promise<KeptVm> {
  const folder = folderOf(host)
  const names = (await host.fs.readdir(folder).catch(() => []))
    .flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []))
    .toSorted()
  const wanted = host.env['KERNELKIT_VM'] ?? ''
  const name = wanted === '' && names.length === 1 ? names[0] : names.find((one) => one === wanted)
  // Written by boot-vm into a folder that only this user may enter.
  if (name !== undefined) return JSON.parse(await host.fs.readFile(join(folder, `${name}.json`), 'utf8')) as KeptVm
  throw notFound(wanted, names)
}

function notFound(wanted: string, names: readonly string[]): UserError {
  const details = { running: names }
  if (names.length === 0)
    return new UserError('VM_NOT_FOUND', 'no VM of this job is running.', {
      hint: 'boot-vm with keep: true leaves one for the steps behind it.',
      details,
    })
  if (wanted === '')
    return new UserError('VM_NOT_FOUND', `${names.length} VMs of this job are running: ${names.join(', ')}.`, {
      hint: `say which one in the step: env: KERNELKIT_VM: ${names[0] ?? ''}`,
      details,
    })
  const near = nearestName(wanted, names)
  return new UserError(
    'VM_NOT_FOUND',
    `KERNELKIT_VM is '${wanted}', but no such VM of this job is running. Running: ${names.join(', ')}.`,
    {
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
      details,
    },
  )
}
