import { Readable, type Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { connectVm, type VmClient, collectOutput, keptEnvironment } from '@kernelkit/vm/internal/running'
import { envFileNames } from '../guest/env-file.ts'
import { jobVariables, pickVariables } from '../guest/guest-variables.ts'
import { scriptCommand, scriptDirectory } from '../guest/script-command.ts'
import { guestDirectoryOf } from '../guest/step-place.ts'
import { publishFile } from '../evidence/publish.ts'
import { findKeptVm, noteStep, writeKeptVm, type KeptVm } from './kept-vm.ts'
import { collectCommand, splitFiles, stepFileNames, stepFiles, type StepFile } from './step-files.ts'

/** One step of a workflow with `shell: kernelkit-vm {0}`. */
export interface GuestStep {
  /** Of the step: its environment and working directory. */
  readonly host: Host
  /** The runner's file with the step's script. */
  readonly scriptPath: string
  readonly stdout: Writable
  readonly stderr: Writable
  readonly signal: AbortSignal
}

/** Runs the script in the kept VM; its exit status is the answer. What it adds to the runner's files is added to those of the host. */
export async function runGuestStep(step: GuestStep): Promise<number> {
  const { host } = step
  const kept = await findKeptVm(host)
  // Whatever ends it early is a failure, too.
  let exitCode = 125
  try {
    exitCode = await runScript(step, kept)
    return exitCode
  } finally {
    await noteStep(host, kept.name, exitCode)
  }
}

async function runScript({ host, scriptPath, stdout, stderr, signal }: GuestStep, kept: KeptVm): Promise<number> {
  const script = await host.fs.readFile(scriptPath)
  await using vm = await connectVm(kept.id, host)
  const user = userOf(vm)
  const directory = scriptDirectory(`step-${host.randomHex(6)}`, user)
  const { result } = vm.exec({
    argv: scriptCommand({ directory, shell: kept.shell, files: stepFileNames, path: kept.given.path }),
    env: variablesOf({ host, vm, kept, directory }),
    cwd: cwdOf(host, vm),
    user,
    stdin: Readable.from([script]),
    stdout,
    stderr,
    signal,
  })
  const { exitCode } = await result
  await Promise.all([stdout, stderr].map((stream) => finished(stream.end(), { readable: false })))
  await takeFiles({ host, vm, kept, directory, signal })
  await publishFile(host, { from: vm.state.console, directory: kept.artifacts })
  return exitCode
}

interface Context {
  readonly host: Host
  readonly vm: VmClient
  readonly kept: KeptVm
  readonly directory: string
}

function variablesOf({ host, vm, kept, directory }: Context): Readonly<Record<string, string>> {
  return {
    ...keptEnvironment(vm.state, undefined),
    ...jobVariables(host.env),
    ...kept.values,
    ...pickVariables(host, [...kept.names, ...kept.given.env]),
    ...Object.fromEntries(stepFileNames.map((name) => [stepFiles[name], `${directory}/${name}`])),
  }
}

/** The one that boot-vm was given. */
function userOf({ state }: VmClient): string | undefined {
  const { user } = state.facts
  return typeof user === 'string' ? user : undefined
}

function cwdOf(host: Host, vm: VmClient): string | undefined {
  const { cwd: at, owner } = vm.state.facts
  return typeof at === 'string' && typeof owner === 'string' ? guestDirectoryOf({ cwd: host.cwd, owner, at }) : undefined
}

async function takeFiles({ host, vm, kept, directory, signal }: Context & { readonly signal: AbortSignal }): Promise<void> {
  const { stdout, stderr, texts } = collectOutput()
  await vm.exec({ argv: collectCommand(directory), user: userOf(vm), stdout, stderr, signal }).result
  const files = splitFiles(texts().stdout)
  if (files === undefined) {
    throw new UserError(
      'STEP_FILES',
      `what the step wrote to ${Object.values(stepFiles).join(', ')} cannot be read: ${reasonOf(texts().stderr)}.`,
      {
        hint: 'Leave these files in place in the script, and write text without NUL bytes to them.',
      },
    )
  }
  for (const name of stepFileNames) await append({ host, name, text: files[name] })
  const given = {
    env: [...new Set([...kept.given.env, ...envFileNames(files.env)])],
    // The last one comes first, as on the host.
    path: [
      ...files.path
        .split('\n')
        .filter((line) => line !== '')
        .toReversed(),
      ...kept.given.path,
    ],
  }
  await writeKeptVm(host, { ...kept, given })
}

function reasonOf(stderr: string): string {
  return stderr.trim().split('\n').at(-1) || 'they hold a NUL byte'
}

async function append({ host, name, text }: { readonly host: Host; readonly name: StepFile; readonly text: string }): Promise<void> {
  const path = host.env[stepFiles[name]]
  if (text === '' || path === undefined || path === '') return
  await host.fs.appendFile(path, text.endsWith('\n') ? text : `${text}\n`)
}
