import { describe, verdict, type Judgement, type RunFacts } from './judgement.ts'
import { judge, judgeLimit } from './verdict.ts'

/** What happened to a guest that ran no command of ours. */
export interface BootFacts extends Pick<
  RunFacts,
  'console' | 'failing' | 'agentFailure' | 'guestPanicked' | 'shutdown' | 'qemu' | 'silentMs' | 'stopped' | 'restarted' | 'timerLost'
> {
  /** The user ended it. */
  readonly asked: boolean
  readonly limitMs: number | undefined
  /** Status of the shell that was its only program. */
  readonly shellExitCode: number | undefined
}

/** The verdict of `boot`: a guest that powers off, reboots or is ended by its user has passed, unless the kernel complained. */
export function judgeBoot(facts: BootFacts): Judgement {
  const { console: seen, qemu } = facts
  const isCrash = qemu !== undefined && (qemu.signal !== undefined || qemu.exitCode !== 0 || /terminating on signal/.test(qemu.stderr))
  const bad =
    seen.panic !== undefined ||
    facts.guestPanicked ||
    facts.agentFailure !== undefined ||
    facts.silentMs !== undefined ||
    facts.stopped !== undefined ||
    facts.timerLost === true ||
    isCrash
  if (bad) return judge({ ...facts, ready: true, command: undefined, limit: undefined })
  if (facts.restarted === true)
    return verdict('boot-fail', 'the guest starts again and again without coming to its first process.', 'the console log shows why.')
  if (facts.limitMs !== undefined)
    return judgeLimit({ ...facts, ready: false, command: undefined, limit: undefined }, { kind: 'boot', ms: facts.limitMs })
  // 126 and 127: nothing was run (POSIX, "Command Search and Execution").
  if (facts.shellExitCode === 127 || facts.shellExitCode === 126) {
    return verdict(
      'boot-fail',
      'the root has neither an init nor a shell (/bin/sh).',
      'check --root and --image, or run a program of it: kernelkit run -- /path.',
    )
  }
  const [first] = facts.failing
  if (first !== undefined)
    return verdict('splat', `the kernel reported: ${describe(first)}.`, 'known reports can be listed in a file for --allow.')
  const how = facts.asked
    ? 'you ended the VM'
    : facts.shellExitCode !== undefined
      ? 'the shell ended'
      : seen.halted
        ? 'the guest halted'
        : facts.shutdown === 'guest-reset'
          ? 'the guest rebooted'
          : 'the guest powered off'
  return verdict('pass', `${how}.`, undefined)
}
