import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'
import { givenOptions } from '@kernelkit/core/options'
import { printable } from '@kernelkit/core/text'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import type { Host, Store } from '@kernelkit/host'
import { collectOutput, runInVm, type FinishedRun, type Guest } from '@kernelkit/vm/internal'
import { findVm, readSshAccess, sshArgv, waitForSsh } from '@kernelkit/vm/internal/running'

/** Where the host's file is read in the guest. */
const shareDirectory = '/mnt/quickstart'

/** The same over the agent and over ssh. */
const question = 'uname -a; cat /etc/os-release'

/** Long enough for a server that starts under emulation. */
const sshLimitMs = 120_000

export interface GuestInput {
  readonly host: Host
  readonly store: Store
  readonly kernel: string
  readonly image: string
  /** A file of the host, in a directory of its own. */
  readonly file: { readonly directory: string; readonly name: string }
  readonly stdout: Writable
  readonly stderr: Writable
  /** `--boot-timeout` of the caller. */
  readonly bootTimeout: string | undefined
  /** Called with the guest when it has answered the question over the agent; it ends when this is done. */
  readonly onAnswered: (guest: QuickstartGuest) => Promise<void>
  readonly signal: AbortSignal
}

/** What else can be asked of the guest. */
export interface QuickstartGuest {
  /** `tcg, microvm, agent after 3.1 s` */
  readonly summary: string
  readFile(): Promise<string>
  askOverSsh(): Promise<string>
}

/** Boot with an ssh server and a shared directory, and ask the first question over the agent. */
export async function runQuickstartGuest(input: GuestInput): Promise<FinishedRun> {
  const { host, store, stdout, stderr, signal } = input
  const share = `${input.file.directory}:${shareDirectory}:ro`
  const raw = givenOptions({ kernel: input.kernel, image: input.image, share, noCwd: true, ssh: true, bootTimeout: input.bootTimeout })
  const finished = await runInVm({
    host,
    store,
    wanted: { spec: parseVmSpec(raw, { command: 'run' }), command: 'run' },
    argv: ['sh', '-c', question],
    onPrepared: ({ plan }) => plan.lines.forEach((line) => host.log.info(line)),
    openStreams: async () => ({ stdout, stderr }),
    afterwards: (guest) => input.onAnswered(quickstartGuest(guest, input)),
    signal,
  })
  if (finished.outcome.judgement.verdict !== 'pass') for (const line of finished.paragraph) stderr.write(`${printable(line)}\n`)
  return finished
}

function quickstartGuest(guest: Guest, { host, file, signal }: GuestInput): QuickstartGuest {
  const { plan, vm, watch } = guest
  const readySeconds = (watch.facts().readyAtMs ?? Number.NaN) / 1000
  return {
    summary: `${plan.accel.accel}, ${plan.machine.machine}, agent after ${readySeconds.toFixed(1)} s`,
    readFile: () => ask(guest, ['cat', join(shareDirectory, file.name)]),
    askOverSsh: async () => {
      const access = readSshAccess(await findVm(vm.name, host))
      await waitForSsh(access, { host, limitMs: sshLimitMs, signal })
      const { stdout } = await host.run(sshArgv(access, [question]), { signal, package: 'openssh-client' })
      return stdout
    },
  }
}

async function ask({ vm, signal }: Guest, argv: readonly string[]): Promise<string> {
  const { stdout, stderr, texts } = collectOutput()
  const { exitCode } = await vm.exec({ argv, stdout, stderr, signal }).result
  if (exitCode === 0) return texts().stdout
  throw new UserError('COMMAND_FAILED', `\`${argv.join(' ')}\` exited with status ${exitCode} in the guest.\n${texts().stderr}`, {
    verdict: 'vm-lost',
  })
}
