import { PassThrough, type Readable, type Writable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'
import { judgeBoot } from '@kernelkit/core/console/boot'
import { writeJudgement, type Judgement } from '@kernelkit/core/console'
import { commandWords } from '../session/work/command-words.ts'
import { firstOf } from '../session/first-of.ts'
import { guestEnvironment } from '../session/guest-environment.ts'
import { seenFacts, type EndedVm, type Ending, type Guest, type VmWork } from '../session/guest.ts'
import { keepTerminalSize } from './terminal-size.ts'
import { createScreen, type Screen } from './screen.ts'

/** The user's side of a boot. */
export interface UserTerminal {
  /** Keys of a person, in raw mode; absent without a terminal. */
  readonly keys: Readable | undefined
  readonly output: Writable
  readonly terminal:
    | {
        readonly size: () => { readonly columns: number; readonly rows: number }
        readonly onResize: (listener: (columns: number, rows: number) => void) => void
        readonly term: string
      }
    | undefined
}

/** How a boot with a terminal ended. */
export interface BootOutcome extends EndedVm {
  readonly judgement: Judgement<string>
}

/** Attach the user to the guest: the kernel's console first, then the login terminal as soon as something is written there. */
export function attachTerminal(user: UserTerminal): VmWork<BootOutcome> {
  let screen: Screen | undefined
  return {
    attended: true,
    mostRestarts: 3,
    work: (guest) => {
      screen = createScreen({ vm: guest.vm, keys: user.keys, output: user.output, sleep: (ms) => guest.host.sleep(ms) })
      return untilBootEnds(guest, user, screen)
    },
    // What the guest prints at its end is shown too.
    close: () => screen?.close(),
    judge: (ended) => {
      const { ending, plan } = ended
      const judgement = judgeBoot({
        ...seenFacts(ended),
        asked: ending.kind === 'asked',
        limitMs: ending.kind === 'limit' ? ending.limit.ms : undefined,
        shellExitCode: ending.kind === 'shell' ? ending.exitCode : undefined,
      })
      return { ...ended, judgement: writeJudgement(judgement, plan.vm.reader) }
    },
  }
}

async function untilBootEnds(guest: Guest, user: UserTerminal, screen: Screen): Promise<Ending> {
  const { plan, vm, watch } = guest
  const { terminal } = user
  if (terminal !== undefined && plan.launch.terminal && plan.launch.agent) keepTerminalSize({ vm, ready: watch.ready, terminal })
  const over = watch.over.then((end): Ending => ({ kind: 'over', end }))
  const asked = screen.asked.then((): Ending => ({ kind: 'asked' }))
  const limitMs = plan.vm.bootTimeoutMs
  // A person watches: only a limit that was asked for ends a slow boot.
  const limit = limitMs === undefined ? [] : [untilInit(guest, limitMs)]
  const shell = plan.agentFirst && plan.launch.agent ? [watch.ready.then(() => runShell(guest, user, screen))] : []
  return firstOf<Ending>(guest, { limit: undefined, paused: false, of: [over, asked, ...limit, ...shell] })
}

/** Ends only when the limit is reached before the first process runs. */
async function untilInit({ host, watch }: Guest, limitMs: number): Promise<Ending> {
  await host.sleep(limitMs)
  if (watch.facts().initAtMs === undefined && watch.facts().readyAtMs === undefined)
    return { kind: 'limit', limit: { kind: 'boot', ms: limitMs } }
  return new Promise(() => {})
}

/** A root without an init of its own: a shell over the agent, on a terminal where there is one. */
async function runShell({ host, plan, vm }: Guest, { terminal, output }: UserTerminal, screen: Screen): Promise<Ending> {
  const { argv } = commandWords([], true)
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  screen.attach(stdin, stdout)
  if (terminal === undefined) stdin.end()
  const running = vm.exec({
    argv,
    env: guestEnvironment(host, plan, plan.vm),
    cwd: plan.shares.cwd,
    stdin,
    stdout,
    logged: true,
    ...(terminal === undefined ? { stderr: output } : { tty: { ...terminal.size(), term: terminal.term } }),
  })
  terminal?.onResize((columns, rows) => running.resize(columns, rows))
  try {
    const { exitCode } = await running.result
    return { kind: 'shell', exitCode }
  } catch (error) {
    if (error instanceof UserError && error.code !== 'VM_LOST') throw error
    // The guest went away under the shell: the watch says why.
    return new Promise(() => {})
  }
}
