import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AccelName } from '@kernelkit/core/arch'
import type { Host } from '../host.ts'
import type { Judged } from './kvm-probe.ts'
import { probeRomParts } from './kvm-probe-rom.ts'

export type ProbeVariant = keyof typeof probeRomParts

/** What was seen of one run of the probe guest. */
export type ProbeOutcome =
  | { readonly kind: 'exited'; readonly exitCode: number | undefined; readonly signal: string | undefined; readonly stderr: string }
  /** QEMU stopped the guest by itself; the status is QMP's `query-status`. */
  | { readonly kind: 'stopped'; readonly status: string; readonly stderr: string }
  | { readonly kind: 'silent'; readonly limitMs: number }
  | { readonly kind: 'not-started'; readonly message: string }

/** The exit status of QEMU when the guest passed: isa-debug-exit makes (0x2a << 1) | 1 of the ROM's 0x2a. */
const probePassed = 85

// From the first instruction on: real hardware and TCG need a tenth of it.
const guestLimitMs = 2000
// For QEMU itself to come up on a busy machine.
const startLimitMs = 15_000

export interface ProbeGuestOptions {
  /** Program name or path. */
  readonly qemu: string
  readonly accel: AccelName
  readonly variant: ProbeVariant
  readonly signal?: AbortSignal | undefined
}

/** The 64 KiB ROM of a variant. */
export function probeRom(variant: ProbeVariant): Uint8Array {
  const rom = Buffer.alloc(0x10000)
  rom.write(probeRomParts[variant].code, 0, 'base64')
  rom.write(probeRomParts[variant].resetVector, 0xfff0, 'base64')
  return rom
}

/** QEMU's command line for a ROM; standard input and output speak QMP. */
export function probeArgv({
  qemu,
  accel,
  rom,
}: {
  readonly qemu: string
  readonly accel: string
  readonly rom: string
}): [string, ...string[]] {
  const options = [
    // So that a list of processes shows whose it is.
    ['-name', 'guest=kernelkit-probe'],
    ['-accel', accel],
    // The ROM needs nothing but the classic PC: reset vector, port I/O.
    ['-machine', 'pc'],
    ['-m', '16'],
    ['-nodefaults'],
    ['-no-user-config'],
    ['-display', 'none'],
    // A triple fault ends QEMU (with 0) instead of starting over.
    ['-no-reboot'],
    // A write of n to port 0xf4 ends QEMU with (n << 1) | 1.
    ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    ['-bios', rom],
    ['-qmp', 'stdio'],
    // The guest waits for `cont`: events before the QMP handshake would be lost.
    ['-S'],
  ]
  return [qemu, ...options.flat()]
}

/** Run the probe guest once. Nothing of it is left when this returns. */
export async function runProbeGuest(host: Host, options: ProbeGuestOptions): Promise<ProbeOutcome> {
  await using directory = await host.tempDir('kernelkit-probe-')
  const rom = join(directory.path, 'probe.rom')
  await host.fs.writeFile(rom, probeRom(options.variant))
  const argv = probeArgv({ ...options, rom })
  // QEMU must not outlive us, even after SIGKILL.
  const prefix = (await host.which('setpriv')) === undefined ? [] : ['setpriv', '--pdeathsig', 'KILL', '--']
  const [program = options.qemu, ...rest] = [...prefix, ...argv]
  options.signal?.throwIfAborted()
  const qemu = host.spawn([program, ...rest], { stdio: ['pipe', 'pipe', 'pipe'] })
  const { stdin, stdout, stderr } = qemu
  if (stdin === null || stdout === null || stderr === null) throw new TypeError('QEMU was started without pipes')
  let complaints = ''
  stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  // QEMU may be gone before it has read everything.
  stdin.on('error', () => {})

  const { promise, resolve } = Promise.withResolvers<ProbeOutcome>()
  qemu.once('error', (error) => resolve({ kind: 'not-started', message: error.message }))
  qemu.once('close', (exitCode, signal) =>
    resolve({ kind: 'exited', exitCode: exitCode ?? undefined, signal: signal ?? undefined, stderr: complaints.trim() }),
  )
  const isOver = new AbortController()
  const limit = (ms: number): void => {
    host.sleep(ms, isOver.signal).then(
      () => resolve({ kind: 'silent', limitMs: ms }),
      () => {},
    )
  }
  limit(startLimitMs)
  createInterface({ input: stdout }).on('line', (line) => {
    const message = parseMessage(line)
    if (message['event'] === 'RESUME') limit(guestLimitMs)
    if (message['event'] === 'STOP') stdin.write('{"execute":"query-status","id":"stopped"}\n')
    if (message['id'] === 'stopped') resolve({ kind: 'stopped', status: statusOf(message['return']), stderr: complaints.trim() })
  })
  stdin.write('{"execute":"qmp_capabilities"}\n{"execute":"cont"}\n')
  const onAbort = (): void => resolve({ kind: 'not-started', message: 'interrupted' })
  options.signal?.addEventListener('abort', onAbort)
  try {
    const outcome = await promise
    options.signal?.throwIfAborted()
    return outcome
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
    isOver.abort()
    if (qemu.exitCode === null && qemu.signalCode === null && qemu.pid !== undefined) {
      const closed = once(qemu, 'close')
      qemu.kill('SIGKILL')
      await closed
    }
  }
}

function parseMessage(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function statusOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'status' in value ? String(value.status) : 'stopped'
}

/** What an outcome means. */
export function judgeOutcome(outcome: ProbeOutcome): Judged {
  if (outcome.kind === 'exited' && outcome.exitCode === probePassed)
    return { accel: 'kvm', code: 'works', reason: 'a probe guest ran under KVM' }
  return {
    accel: 'tcg',
    code: 'fails-probe',
    reason: `/dev/kvm opens, but a probe guest does not run under it: ${describeOutcome(outcome)}`,
  }
}

function describeOutcome(outcome: ProbeOutcome): string {
  switch (outcome.kind) {
    case 'exited': {
      const ending =
        outcome.signal === undefined ? `QEMU exited with status ${outcome.exitCode ?? 'unknown'}` : `QEMU was killed by ${outcome.signal}`
      return withComplaint(ending, outcome.stderr)
    }
    case 'stopped':
      return withComplaint(`QEMU stopped it (${outcome.status})`, outcome.stderr)
    case 'silent':
      return `no answer within ${outcome.limitMs / 1000} s`
    case 'not-started':
      return `QEMU did not start (${outcome.message})`
  }
}

/** The most useful line of stderr: QEMU prints warnings before it and registers after it. */
function withComplaint(ending: string, stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.includes('warning:'))
  const line = lines.find((one) => /KVM internal error|failed|[Cc]ould not/.test(one)) ?? lines[0]
  return line === undefined ? ending : `${ending}, "${line.trim()}"`
}
