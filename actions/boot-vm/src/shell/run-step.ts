import { Readable, type Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { UserError, printable } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { connectVm, type VmClient, collectOutput, keptEnvironment } from '@kernelkit/vm/internal/running'
import { readEnvFile, writeEnvFile } from '../guest/env-file.ts'
import { jobVariables, pickVariables } from '../guest/guest-variables.ts'
import { scriptDirectory } from '../guest/script-command.ts'
import { guestDirectoryOf } from '../guest/step-place.ts'
import { publishFile } from '../evidence/publish.ts'
import { findKeptVm, noteStep, writeKeptVm, type KeptVm } from './kept-vm.ts'
import { markedOutput } from './marked-output.ts'
import { collectCommand, largestFileBytes, splitFiles, stepCommand, stepFileNames, stepFiles, type StepFile } from './step-files.ts'

/** One step of a workflow with `shell: kernelkit-vm {0}`. */
export interface GuestStep {
  /** Of the step: its environment and working directory. */
  readonly host: Host
  /** The runner's file with the step's script. */
  readonly scriptPath: string
  readonly stdout: Writable
  readonly stderr: Writable
  /** A line of ours for the log. */
  readonly note: (line: string) => void
  readonly signal: AbortSignal
}

/** Runs the script in the kept VM; its exit status is the answer. Outputs and the summary are added to those of the host, of variables those that `pass-env` names. */
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

async function runScript({ host, scriptPath, stdout, stderr, note, signal }: GuestStep, kept: KeptVm): Promise<number> {
  const script = await host.fs.readFile(scriptPath)
  await using vm = await connectVm(kept.id, host)
  const user = userOf(vm)
  const directory = scriptDirectory(`step-${host.randomHex(6)}`, user)
  // Known to this process and to the shell that runs the script; what else runs in the guest cannot print it.
  const mark = host.randomHex(16)
  const marked = markedOutput(stdout, mark)
  const { result } = vm.exec({
    argv: stepCommand({ directory, shell: kept.shell, path: kept.given.path }),
    env: variablesOf({ host, vm, kept, directory }),
    cwd: cwdOf(host, vm),
    user,
    stdin: Readable.from([Buffer.from(`${mark}\n`), script]),
    stdout: marked.stream,
    stderr,
    logged: true,
    signal,
  })
  const { exitCode } = await result
  await Promise.all([marked.stream, stderr].map((stream) => finished(stream.end(), { readable: false })))
  await takeFiles({ host, vm, kept, directory, signal, note, holder: marked.found() })
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
    ...pickVariables(host, kept.names),
    ...kept.given.env,
    // A step on the runner may have set it since.
    ...pickVariables(
      host,
      kept.passed.filter((name) => Object.hasOwn(kept.given.env, name)),
    ),
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

interface Taking extends Context {
  readonly note: GuestStep['note']
  /** What the step's shell printed: the process that holds the files. */
  readonly holder: string | undefined
  readonly signal: AbortSignal
}

/** Outputs and the summary go to the runner; variables that `pass-env` names, too; the others and directories to later steps in the guest. */
async function takeFiles(taking: Taking): Promise<void> {
  const { host, kept, note } = taking
  const files = await collectFiles(taking)
  const set = readEnvFile(files.env)
  const passed = set.filter(({ name }) => kept.passed.includes(name))
  const left = [...new Set(set.map(({ name }) => name))].filter((name) => !kept.passed.includes(name))
  if (left.length > 0)
    note(
      `kernelkit-vm: set for later steps in the VM alone, as the input pass-env of boot-vm does not name them: ${left.map(printable).join(', ')}`,
    )
  await append({ host, name: 'output', text: files.output })
  await append({ host, name: 'env', text: writeEnvFile(passed, `kernelkit-${host.randomHex(16)}`) })
  await append({ host, name: 'summary', text: files.summary })
  const given = {
    env: { ...kept.given.env, ...Object.fromEntries(set.flatMap(({ name, value }) => (ofTheRunner.test(name) ? [] : [[name, value]]))) },
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

// What a step gets from us, and where its shell finds programs: directories are added by GITHUB_PATH.
const ofTheRunner = /^(?:PATH|(?:GITHUB|RUNNER|KERNELKIT)_.*)$/i

// A guest that never ends its answer: an emulated one on a busy machine takes seconds.
const collectLimitMs = 120_000

/** The files as they are when the script has ended. What a guest answers is bounded in size and time. */
async function collectFiles({ vm, directory, holder, signal }: Taking): Promise<Readonly<Record<StepFile, string>>> {
  const refuse = (why: string) =>
    new UserError('STEP_FILES', `what the step wrote to ${Object.values(stepFiles).join(', ')} cannot be read: ${why}.`, {
      hint: `Leave these files in place in the script, and write text without NUL bytes to them, ${largestFileBytes} bytes at most to each.`,
    })
  if (holder === undefined || !/^(?:-|\d+)$/.test(holder)) throw refuse('the shell that ran the script has not ended by itself')
  const tooMuch = new AbortController()
  const { stdout, stderr, texts } = collectOutput({
    limitBytes: stepFileNames.length * (largestFileBytes + 2),
    onExceeded: () => tooMuch.abort(refuse('the guest answers with more than that')),
  })
  const { result } = vm.exec({
    argv: collectCommand(directory, holder),
    user: userOf(vm),
    stdout,
    stderr,
    signal: AbortSignal.any([signal, tooMuch.signal, AbortSignal.timeout(collectLimitMs)]),
  })
  await result
  const files = splitFiles(texts().stdout)
  if (files === undefined) throw refuse(reasonOf(texts().stderr))
  const large = stepFileNames.find((name) => Buffer.byteLength(files[name]) > largestFileBytes)
  if (large !== undefined) throw refuse(`${stepFiles[large]} has more than ${largestFileBytes} bytes`)
  return files
}

function reasonOf(stderr: string): string {
  return stderr.trim().split('\n').at(-1) || 'they hold a NUL byte'
}

async function append({ host, name, text }: { readonly host: Host; readonly name: StepFile; readonly text: string }): Promise<void> {
  const path = host.env[stepFiles[name]]
  if (text === '' || path === undefined || path === '') return
  await host.fs.appendFile(path, text.endsWith('\n') ? text : `${text}\n`)
}
