import type { Readable } from 'node:stream'
import type { AccelName } from '@kernelkit/core/arch'
import { UserError, message, option, type Message } from '@kernelkit/core/errors'
import { givenOptions, writeError, type LibraryVmOptions } from '@kernelkit/core/options'
import { libraryOptions } from '@kernelkit/core/options/library'
import { parseGuestUser, parseVmSpec } from '@kernelkit/core/options/vm'
import { defaultStoreRoot, openStore } from '@kernelkit/host/store'
import { nodeHost } from '@kernelkit/host'
import type { Host, Store } from '@kernelkit/host'
import { collectOutput } from '../process/collect-output.ts'
import { guestEnvironment } from '../session/guest-environment.ts'
import type { EndedVm, Ending, Guest, VmWork } from '../session/guest.ts'
import type { PreparedVm } from '../session/prepare-vm.ts'
import { runSession } from '../session/session.ts'
import { untilReady } from '../session/until-ready.ts'
import type { VmEnd } from '../session/watch-vm.ts'
import { withReports, type GuestEvent } from './with-reports.ts'

/** What the guest is: the options of `kernelkit run` that make sense in a program, with the same defaults. */
export type BootVmOptions = LibraryVmOptions

/** What the guest is made with. */
export interface BootVmContext {
  readonly signal?: AbortSignal
  /** Default: the real machine, silent. */
  readonly host?: Host
  /** Default: the user's store. */
  readonly store?: Store
}

/** Added to the environment and the directory that `kernelkit run` would give the command. */
export interface GuestExecOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** A user of the guest's /etc/passwd, `UID` or `UID:GID`. Default: the VM's `user`, else root. */
  readonly user?: string
  readonly stdin?: Readable
  readonly signal?: AbortSignal
  /** `buffer`: the streams as bytes. Default: as UTF-8, whose decoder replaces what is not. */
  readonly encoding?: 'utf8' | 'buffer'
}

export interface GuestExecResult<Output = string> {
  /** 0-255; 128 + n when signal n ended the command. */
  readonly exitCode: number
  readonly signal: number | undefined
  readonly stdout: Output
  readonly stderr: Output
}

/** A booted guest; disposal ends it at once, and nothing is written to its image. */
export interface BootedVm extends AsyncDisposable {
  readonly name: string
  readonly release: string
  readonly accel: AccelName
  /** File with every byte of the console. */
  readonly consolePath: string
  /** Directory with console, configuration and replay.sh (docs/verdicts.md). */
  readonly evidence: string
  /** From the start of the VM on, for each reader. */
  readonly events: AsyncIterable<GuestEvent>
  /** One command, both streams kept in memory. Rejects with `VM_LOST` when the guest ends before the command. */
  exec(argv: readonly string[], options: GuestExecOptions & { readonly encoding: 'buffer' }): Promise<GuestExecResult<Uint8Array>>
  exec(argv: readonly string[], options?: GuestExecOptions): Promise<GuestExecResult>
}

/** Boot a guest and wait until its agent serves commands. Throws `BOOT_FAILED` with the console's last lines, and every error of `kernelkit run`. */
export async function bootVm(options: BootVmOptions, context: BootVmContext = {}): Promise<BootedVm> {
  return inLibraryWords(() => bootInLibrary(options, context))
}

/** Errors of the work name options as the caller of the library wrote them. */
async function inLibraryWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof UserError ? writeError(error, { door: 'library' }) : error
  }
}

async function bootInLibrary(options: BootVmOptions, context: BootVmContext): Promise<BootedVm> {
  const host = context.host ?? nodeHost()
  const store = context.store ?? (await openStore(host, defaultStoreRoot(host)))
  const { signal = new AbortController().signal } = context
  // A program names its own directory where it wants one.
  const raw = { ...givenOptions({ noCwd: true }), ...libraryOptions(options) }
  const wanted = { spec: parseVmSpec(raw, { command: 'run' }), command: 'run', reader: { door: 'library' } } as const
  const booted = Promise.withResolvers<BootedVm>()
  const released = Promise.withResolvers<void>()
  const onPrepared = ({ plan }: PreparedVm): void => plan.warnings.forEach((line) => host.log.warn(line))
  const session = runSession<EndedVm, { readonly ended: EndedVm; readonly prepared: PreparedVm }>(
    { host, store, wanted, onPrepared, signal },
    async (prepared) => ({
      work: handOver({ onReady: (guest) => booted.resolve(bootedVm(guest, prepared, end)), released: released.promise }),
      conclude: async (ended) => ({ ended, prepared }),
      close: async () => {},
    }),
  ).then(({ ended, prepared }) => refuseUnbooted(ended, prepared))
  const end = async (): Promise<void> => {
    released.resolve()
    // A user's interruption ends the guest too, and is reported where it came from.
    await session.catch(() => {})
  }
  session.catch((error: unknown) => booted.reject(error))
  return booted.promise
}

interface HandOver {
  readonly onReady: (guest: Guest) => void
  readonly released: Promise<void>
}

/** A program uses the guest, for as long as it likes. */
function handOver({ onReady, released }: HandOver): VmWork<EndedVm> {
  return {
    attended: true,
    mostRestarts: 1,
    work: async (guest) => {
      const over = guest.watch.over.then((end): Ending => ({ kind: 'over', end }))
      const early = await untilReady(guest, over)
      if (early !== 'ready') return early
      onReady(guest)
      // A guest that ends by itself is released too: its program sees that in the events.
      await Promise.race([released, guest.vm.exited])
      return { kind: 'released' }
    },
    judge: (ended) => ended,
  }
}

function refuseUnbooted({ ending, facts }: EndedVm, { request }: PreparedVm): void {
  if (ending.kind === 'released') return
  const read: Message = `Read its whole console: ${request.consolePath}.`
  throw new UserError('BOOT_FAILED', `the guest did not boot: ${facts.agentFailure ?? whyUnbooted(ending)}.\n${facts.tail.join('\n')}`, {
    verdict: 'boot-fail',
    hint: ending.kind === 'limit' ? message`Raise ${option('boot-timeout')} if the guest is only slow. ${read}` : read,
  })
}

function whyUnbooted(ending: Ending): string {
  if (ending.kind === 'no-systemd') return ending.why
  if (ending.kind === 'limit') return `it was not ready within ${ending.limit.ms / 1000} s`
  return `it ended early (${ending.kind === 'over' ? ending.end : ending.kind})`
}

// In these states a guest answers no command any more, whether or not QEMU is still running.
const deadEnds: readonly VmEnd[] = ['panic', 'halted', 'stopped', 'restarted', 'exited']
const lastWordsMs = 2000

/** Rejects when the guest has come to an end that it does not come back from. */
async function untilLost({ host, vm, watch }: Guest, consolePath: string): Promise<never> {
  const end = await watch.over
  if (!deadEnds.includes(end)) return new Promise(() => {})
  // What the guest sent before its end is read first: a command that has ended is not lost.
  await Promise.race([vm.exited, host.sleep(lastWordsMs)])
  throw new UserError('VM_LOST', `the guest has ended (${end}).`, { verdict: 'vm-lost', hint: `Read its console: ${consolePath}.` })
}

function bootedVm(guest: Guest, { request, evidenceDirectory }: PreparedVm, end: () => Promise<void>): BootedVm {
  const { host, vm, plan } = guest
  const baseEnv = guestEnvironment(host, plan, plan.vm)
  const lost = untilLost(guest, request.consolePath)
  lost.catch(() => {})
  function exec(argv: readonly string[], options: GuestExecOptions & { readonly encoding: 'buffer' }): Promise<GuestExecResult<Uint8Array>>
  function exec(argv: readonly string[], options?: GuestExecOptions): Promise<GuestExecResult>
  async function exec(argv: readonly string[], execOptions: GuestExecOptions = {}): Promise<GuestExecResult<string | Uint8Array>> {
    return inLibraryWords(async () => {
      const { stdout, stderr, texts, bytes } = collectOutput()
      const { env, cwd = plan.shares.cwd, encoding = 'utf8', ...rest } = execOptions
      const user = execOptions.user === undefined ? plan.vm.user : parseGuestUser(execOptions.user)
      const { result } = vm.exec({ argv, env: { ...baseEnv, ...env }, cwd, stdout, stderr, ...rest, user })
      const { exitCode, signal } = await Promise.race([result, lost])
      return { exitCode, signal, ...(encoding === 'buffer' ? bytes() : texts()) }
    })
  }
  return {
    name: vm.name,
    release: plan.kernel.release,
    accel: plan.accel.accel,
    consolePath: request.consolePath,
    evidence: evidenceDirectory,
    get events() {
      return withReports(vm.events)
    },
    exec,
    [Symbol.asyncDispose]: end,
  }
}
