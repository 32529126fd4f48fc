import type { AccelName } from '@kernelkit/core/arch'

/** Emulated guests boot and answer several times slower. */
const tcgFactor = 3

/** How long a guest may take to become ready; the user's own figure is taken as it is. */
export function bootLimitMs(asked: number | undefined, accel: AccelName): number {
  return asked ?? 60_000 * (accel === 'tcg' ? tcgFactor : 1)
}

/** No answer to pings for so long is a hang; a guest with a debugger may be paused for as long as its user likes. */
export function silenceLimitMs(accel: AccelName, debugged: boolean): number {
  if (debugged) return Number.POSITIVE_INFINITY
  return 30_000 * (accel === 'tcg' ? tcgFactor : 1)
}

/** When the wait for one command is given up, by the library or by a client: later than the watch of a run, whose verdict says more. */
export function commandSilence(accel: AccelName, debugged: boolean): { readonly bootMs: number; readonly answerMs: number } {
  return {
    bootMs: debugged ? Number.POSITIVE_INFINITY : 1.5 * bootLimitMs(undefined, accel),
    answerMs: 1.5 * silenceLimitMs(accel, debugged),
  }
}

/** The same after the kernel itself has reported a lockup, or when QEMU's process was stopped. */
export const lockupSilenceMs = 10_000

/** What QEMU wrote to the console before its end is read within milliseconds; a verdict must not be given before. */
export const drainLimitMs = 30_000

/** Lines of the console shown with every verdict but pass. */
export const tailLines = 40

/** KUnit gives up on a test after 300 s (lib/kunit/try-catch.c) and says so: a longer silence is not a slow test. */
export const kunitSilenceMs = 330_000

/** From the last result of KUnit to a ready guest: what the kernel reports until then still counts. */
export const kunitGraceMs = 15_000

/** From the end of the command to the end of a guest that is to power off or reboot: systemd gives up on a service after 90 s (systemd-system.conf(5), DefaultTimeoutStopSec). */
export const guestEndLimitMs = 120_000
