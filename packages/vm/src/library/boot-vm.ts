import { resolve } from 'node:path'
import { optionOfLacking } from '@kernelkit/core/cmdline'
import { judgeBoot } from '@kernelkit/core/console/boot'
import { hintOfRoot, writeJudgement } from '@kernelkit/core/console'
import { UserError, message, option, type Message } from '@kernelkit/core/errors'
import { givenOptions } from '@kernelkit/core/options'
import { badValue, knownOptions, libraryOptions } from '@kernelkit/core/options/library'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { nodeHost, silentLogger } from '@kernelkit/host'
import type { Host, Store } from '@kernelkit/host'
import { defaultStoreRoot, openStore } from '@kernelkit/host/store'
import { atMost } from '../session/first-of.ts'
import { seenFacts, type EndedVm, type Ending, type Guest, type VmWork } from '../session/guest.ts'
import type { PreparedVm } from '../session/prepare-vm.ts'
import { runSession, type RecordVerdict } from '../session/session.ts'
import { untilReady } from '../session/until-ready.ts'
import type { VmEnd } from '../session/watch-vm.ts'
import { bootDocument } from '../session/work/boot-document.ts'
import type { BootVmOptions } from './boot-vm-options.ts'
import { guestCommands } from './guest-commands.ts'
import type { BootVmContext, BootedVm, GuestVerdict } from './guest-types.ts'
import { inLibraryWords, libraryError } from './library-words.ts'
import { withReports } from './with-reports.ts'

/**
 * Boots a guest and waits until it serves commands. Rejects with a `UserError`: `BAD_OPTION` for an option that is not understood, `BOOT_FAILED` with the
 * console's last lines, and every error of `kernelkit run`.
 */
export async function bootVm(options: BootVmOptions, context: BootVmContext = {}): Promise<BootedVm> {
  return inLibraryWords(async () => {
    const { signal, cacheDir, log } = checkContext(context)
    const host = nodeHost(
      log === undefined ? {} : { log: { ...silentLogger, info: (line) => log(line, 'info'), warn: (line) => log(line, 'warn') } },
    )
    const directory = cacheDir === undefined ? defaultStoreRoot(host) : resolve(host.cwd, cacheDir)
    return bootInLibrary(options, { host, store: () => openStore(host, directory), signal })
  })
}

function checkContext(context: BootVmContext): BootVmContext {
  const { signal, cacheDir, log } = knownOptions('the second argument of `bootVm`', context, ['cacheDir', 'log', 'signal'])
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badValue('signal', signal, 'an AbortSignal')
  if (cacheDir !== undefined && typeof cacheDir !== 'string') throw badValue('cacheDir', cacheDir, 'the path of a directory')
  if (log !== undefined && typeof log !== 'function') throw badValue('log', log, 'a function')
  return context
}

export interface LibraryMachine {
  readonly host: Host
  readonly store: () => Promise<Store>
  readonly signal?: AbortSignal | undefined
}

/** The same on a given machine. */
export async function bootInLibrary(options: BootVmOptions, machine: LibraryMachine): Promise<BootedVm> {
  const { host, signal = new AbortController().signal } = machine
  // A program names its own directory where it wants one.
  const raw = { ...givenOptions({ noCwd: true }), ...libraryOptions(options) }
  const wanted = { spec: parseVmSpec(raw, { command: 'run' }), command: 'run', reader: { door: 'library' } } as const
  const booted = Promise.withResolvers<BootedVm>()
  const released = Promise.withResolvers<Release>()
  const onPrepared = ({ plan }: PreparedVm): void => {
    plan.lines.forEach((line) => host.log.info(line))
    plan.warnings.forEach((line) => host.log.warn(line))
  }
  const handed = { over: false }
  const ended = runSession<EndedVm, GuestVerdict>({ host, store: await machine.store(), wanted, onPrepared, signal }, async (prepared) => ({
    work: handOver((guest) => {
      handed.over = true
      booted.resolve(bootedVm(guest, { prepared, ended, release: released.resolve }))
      return released.promise
    }),
    conclude: async (outcome, record) => {
      signal.throwIfAborted()
      if (!handed.over) throw unbooted(outcome, prepared)
      return conclude(outcome, prepared, record)
    },
    close: async () => {},
  })).catch((error: unknown) => {
    throw libraryError(error)
  })
  ended.catch((error: unknown) => booted.reject(error))
  return booted.promise
}

/** How a program lets go of its guest. */
type Release = 'power-off' | 'stop' | 'dispose'

/** A program uses the guest, for as long as it likes. */
function handOver(onReady: (guest: Guest) => Promise<Release>): VmWork<EndedVm> {
  return {
    attended: true,
    mostRestarts: 1,
    work: async (guest) => {
      const over = guest.watch.over.then((end): Ending => ({ kind: 'over', end }))
      const early = await untilReady(guest, over)
      if (early !== 'ready') return early
      const release = onReady(guest)
      const how = await Promise.race([release, untilDead(guest)])
      if (how === 'dead') return { kind: 'over', end: (await deadEnd(guest)) ?? 'exited' }
      if (how === 'power-off') await guest.vm.stop('poweroff')
      // What was asked for is a power-off where something is written, else a kill.
      return { kind: how === 'stop' ? 'released' : 'asked' }
    },
    judge: (ended) => ended,
  }
}

function unbooted({ ending, facts }: EndedVm, { request }: PreparedVm): UserError {
  const { agentFailure, lacking, rootLacks } = facts
  if (agentFailure !== undefined && rootLacks !== undefined)
    return new UserError('ROOT_LACKS', `the guest lacks what was asked for: ${agentFailure}.`, {
      hint: hintOfRoot[rootLacks],
      details: { lacks: rootLacks },
    })
  if (agentFailure !== undefined && lacking !== undefined) {
    const symbols = lacking.map(optionOfLacking)
    return new UserError('KERNEL_LACKS', `this kernel lacks ${symbols.map((symbol) => `CONFIG_${symbol}`).join(', ')}: ${agentFailure}.`, {
      verdict: 'config-fail',
      hint: `Build it with ${symbols.map((symbol) => `CONFIG_${symbol}=y`).join(', ')}.`,
      details: { symbols },
    })
  }
  const read: Message = `Read its whole console: ${request.consolePath}.`
  return new UserError('BOOT_FAILED', `the guest did not boot: ${agentFailure ?? whyUnbooted(ending)}.\n${facts.tail.join('\n')}`, {
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
const deadEnds: readonly VmEnd[] = ['panic', 'halted', 'agent-broken', 'stopped', 'restarted', 'exited']
const lastWordsMs = 2000

/** The end that a guest has come to and does not come back from; undefined for one that is only slow. */
async function deadEnd({ vm, watch }: Pick<Guest, 'vm' | 'watch'>): Promise<VmEnd | undefined> {
  const end = await Promise.race([watch.over, vm.exited.then((): VmEnd => 'exited')])
  return deadEnds.includes(end) ? end : undefined
}

/** Resolves when the guest has come to an end that it does not come back from. */
async function untilDead(guest: Guest): Promise<'dead'> {
  const { host, vm } = guest
  if ((await deadEnd(guest)) === undefined) await vm.exited
  // What the guest sent before its end is read first: a command that has ended is not lost.
  await atMost(host, lastWordsMs, vm.exited)
  return 'dead'
}

/** The verdict is that of `kernelkit boot`: what commands did is the program's affair. */
async function conclude(ended: EndedVm, prepared: PreparedVm, record: RecordVerdict): Promise<GuestVerdict> {
  const judged = judgeBoot({
    ...seenFacts(ended),
    asked: ended.ending.kind !== 'over',
    limitMs: undefined,
    shellExitCode: undefined,
  })
  const judgement = writeJudgement(judged, prepared.plan.vm.reader)
  await record({ document: bootDocument({ prepared, ended, judgement }) })
  const { verdict, what, hint } = judgement
  return { verdict, what, hint, reports: ended.reports, failing: ended.failing }
}

interface Owner {
  readonly prepared: PreparedVm
  readonly ended: Promise<GuestVerdict>
  readonly release: (how: Release) => void
}

function bootedVm(guest: Guest, { prepared, ended, release }: Owner): BootedVm {
  const { vm, plan } = guest
  const { consolePath } = prepared.request
  const lost = untilDead(guest).then(async (): Promise<never> => {
    const end = (await deadEnd(guest)) ?? 'exited'
    throw new UserError('VM_LOST', `the guest has ended (${end}).`, { verdict: 'vm-lost', hint: `Read its console: ${consolePath}.` })
  })
  lost.catch(() => {})
  const finish = (how: Release): Promise<GuestVerdict> => {
    release(how)
    return ended
  }
  const { network } = plan.launch
  return {
    name: vm.name,
    release: plan.kernel.release,
    accel: plan.accel.accel,
    machine: plan.machine.machine,
    forwards: network.kind === 'user' ? network.forwards : [],
    consolePath,
    evidence: prepared.evidenceDirectory,
    get events() {
      return withReports(vm.events)
    },
    ...guestCommands(guest, lost),
    powerOff: () => finish('power-off'),
    stop: () => finish('stop'),
    ended,
    // A user's interruption ends the guest too, and is reported where it came from.
    [Symbol.asyncDispose]: () => finish('dispose').then(ignore, ignore),
  }
}

function ignore(): void {}
