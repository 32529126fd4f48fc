import { join } from 'node:path'
import { PassThrough, type Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { UserError } from '@kernelkit/core/errors'
import { givenOptions, parseVmSpec } from '@kernelkit/core/options'
import type { Host, Store } from '@kernelkit/host'
import {
  findVm,
  prepareVm,
  readSshAccess,
  renderParagraph,
  runCommand,
  sshArgv,
  startVm,
  waitForSsh,
  type PreparedVm,
  type RunOutcome,
  type Vm,
} from '@kernelkit/vm'

/** Where the host's file is read in the guest. */
const shareFolder = '/mnt/quickstart'

/** The same over the agent and over ssh. */
const question = 'uname -a; cat /etc/os-release'

/** Long enough for a server that starts under emulation. */
const sshLimitMs = 120_000

export interface GuestInput {
  readonly host: Host
  readonly store: Store
  readonly kernel: string
  readonly image: string
  /** A file of the host, below a folder of its own. */
  readonly file: { readonly folder: string; readonly name: string }
  readonly stdout: Writable
  readonly stderr: Writable
  readonly signal: AbortSignal
}

/** A booted guest and what can be asked of it. */
export interface QuickstartGuest extends AsyncDisposable {
  readonly prepared: PreparedVm
  readonly outcome: RunOutcome
  readFile(): Promise<string>
  askOverSsh(): Promise<string>
}

/** Boot with an ssh server and a shared folder, and ask the first question over the agent. */
export async function bootGuest(input: GuestInput): Promise<QuickstartGuest> {
  const { host, store, signal } = input
  const share = `${input.file.folder}:${shareFolder}:ro`
  const raw = givenOptions({ kernel: input.kernel, image: input.image, share, noCwd: true, ssh: true })
  const spec = parseVmSpec(raw, { command: 'run' })
  const prepared = await prepareVm({ host, store, spec, command: 'run' })
  for (const line of prepared.plan.lines) host.log.info(line)
  const vm = await startVm(prepared.request, host, { signal })
  try {
    const outcome = await runCommand({
      host,
      plan: { ...prepared.plan, spec: { ...spec, keep: true } },
      start: () => Promise.resolve(borrowed(vm)),
      argv: ['sh', '-c', question],
      env: {},
      stdin: undefined,
      stdout: input.stdout,
      stderr: input.stderr,
      tty: undefined,
      onConsoleLine: undefined,
      allowed: [],
      signal,
    })
    if (outcome.judgement.verdict !== 'pass') {
      const paths = { console: prepared.request.consolePath, stdout: undefined, stderr: undefined, artifacts: undefined }
      for (const line of renderParagraph({ outcome, paths, tail: true, keptName: undefined })) input.stderr.write(`${line}\n`)
    }
    return {
      prepared,
      outcome,
      readFile: () => ask(vm, ['cat', join(shareFolder, input.file.name)], signal),
      askOverSsh: async () => {
        const access = readSshAccess(await findVm(prepared.place.name, host))
        await waitForSsh(access, { host, limitMs: sshLimitMs, signal })
        const { stdout } = await host.run(sshArgv(access, [question]), { signal, package: 'openssh-client' })
        return stdout
      },
      [Symbol.asyncDispose]: async () => void (await vm.stop('kill')),
    }
  } catch (error) {
    await vm.stop('kill').catch(() => {})
    throw error
  }
}

/** The VM for one command that must not end it. */
function borrowed(vm: Vm): Vm {
  return Object.defineProperties({} as Vm, {
    ...Object.getOwnPropertyDescriptors(vm),
    [Symbol.asyncDispose]: { value: () => Promise.resolve() },
  })
}

async function ask(vm: Vm, argv: readonly string[], signal: AbortSignal): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const texts = Promise.all([text(stdout), text(stderr)])
  const { exitCode } = await vm.exec({ argv, stdout, stderr, signal }).result.finally(() => {
    stdout.end()
    stderr.end()
  })
  const [answer, complaint] = await texts
  if (exitCode === 0) return answer
  throw new UserError('COMMAND_FAILED', `\`${argv.join(' ')}\` ended with ${exitCode} in the guest.\n${complaint}`, {
    verdict: 'vm-lost',
  })
}
