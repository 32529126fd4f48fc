import { command, message, option } from '../../errors/index.ts'
import { describe, judgeFlood, verdict, type Judgement, type RunFacts } from '../judgement.ts'
import { judge, judgeLimit } from '../verdict.ts'

/** What happened to a guest that ran no command of ours. */
export interface BootFacts extends Pick<
  RunFacts,
  | 'console'
  | 'failing'
  | 'agentFailure'
  | 'lacking'
  | 'rootLacks'
  | 'agentBroken'
  | 'guestPanicked'
  | 'shutdown'
  | 'qemu'
  | 'silentMs'
  | 'stopped'
  | 'restarted'
  | 'timerLost'
> {
  /** The user ended it. */
  readonly asked: boolean
  readonly limitMs: number | undefined
  /** Status of the shell that was its only program. */
  readonly shellExitCode: number | undefined
}

/** The verdict of `boot`: a guest that powers off, reboots or is ended by its user has passed, unless the kernel reported something. */
export function judgeBoot(facts: BootFacts): Judgement {
  const { console: seen, qemu } = facts
  const isCrash = qemu !== undefined && (qemu.signal !== undefined || qemu.exitCode !== 0 || /terminating on signal/.test(qemu.stderr))
  const bad =
    seen.panic !== undefined ||
    facts.guestPanicked ||
    facts.agentFailure !== undefined ||
    facts.agentBroken !== undefined ||
    facts.silentMs !== undefined ||
    facts.stopped !== undefined ||
    facts.timerLost === true ||
    isCrash
  if (bad) return judge({ ...facts, ready: true, command: undefined, limit: undefined })
  if (facts.restarted === true)
    return verdict('boot-fail', 'the guest starts again and again and never reaches its first process.', 'Read the console log to see why.')
  if (facts.limitMs !== undefined)
    return judgeLimit({ ...facts, ready: false, command: undefined, limit: undefined }, { kind: 'boot', ms: facts.limitMs })
  // 126 and 127: nothing was run (POSIX, "Command Search and Execution").
  if (facts.shellExitCode === 127 || facts.shellExitCode === 126) {
    return verdict(
      'infra-fail',
      'the root has neither an init nor a shell (/bin/sh).',
      message`Check ${option('root')} and ${option('image')}, or run a program of it: ${command('kernelkit run -- /PATH')}.`,
    )
  }
  const [first] = facts.failing
  if (first !== undefined)
    return verdict(
      'splat',
      `the kernel reported: ${describe(first)}.`,
      message`List known reports in a file and name it with ${option('allow')}.`,
    )
  if (seen.omitted > 0) return judgeFlood(seen)
  const how = facts.asked
    ? 'you ended the VM'
    : facts.shellExitCode !== undefined
      ? 'the shell exited'
      : seen.halted
        ? 'the guest halted'
        : facts.shutdown === 'guest-reset'
          ? 'the guest rebooted'
          : 'the guest powered off'
  return verdict('pass', `${how}.`, undefined)
}
