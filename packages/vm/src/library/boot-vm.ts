import type { Readable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'
import { parseVmSpec, type VmSpec } from '@kernelkit/core/options'
import { defaultStoreRoot, nodeHost, openStore, type Host, type Store } from '@kernelkit/host'
import { recordBoot } from '../evidence/record-boot.ts'
import { inOptionNames } from './option-names.ts'
import { collectOutput } from '../process/collect-output.ts'
import { bootLimitMs, lockupSilenceMs, silenceLimitMs, tailLines } from '../session/limits.ts'
import { guestEnvironment } from '../session/guest-environment.ts'
import { prepareVm } from '../session/prepare-vm.ts'
import { systemIsUp } from '../session/system-is-up.ts'
import { hasOtherTimer, startsAgain } from '../session/timer-lost.ts'
import { watchVm } from '../session/watch-vm.ts'
import { startVm } from '../process/start-vm.ts'
import { withReports, type GuestEvent } from './with-reports.ts'

/** What the guest is; every default is that of `kernelkit run`. */
export interface BootVmOptions {
  /** Compressed image, vmlinux, build directory or tree. */
  readonly kernel?: string
  readonly image?: string
  /** `auto`, `image`, `host`, `none` or a folder. */
  readonly root?: string
  readonly initrd?: string
  /** `agent`, `systemd` or an absolute path in the root. */
  readonly init?: string
  readonly arch?: string
  /** With a unit: `2G`. */
  readonly memory?: string
  readonly cpus?: number
  readonly accel?: 'auto' | 'kvm' | 'tcg'
  readonly append?: readonly string[]
  /** Folders of the host; `mode` is `cow` by default. */
  readonly shares?: readonly { readonly host: string; readonly guest?: string; readonly mode?: 'cow' | 'ro' | 'rw' }[]
  readonly network?: 'user' | 'none'
  /** `[ADDR:]PORT:GUESTPORT[/udp]` */
  readonly forwards?: readonly string[]
  readonly bootTimeoutMs?: number
}

/** What the guest is made with. */
export interface BootVmContext {
  readonly signal?: AbortSignal
  /** Default: the real machine, silent. */
  readonly host?: Host
  /** Default: the user's store. */
  readonly store?: Store
}

/** Added to the environment and folder that `kernelkit run` would give the command. */
export interface GuestExecOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly stdin?: Readable
  readonly signal?: AbortSignal
}

export interface GuestExecResult {
  /** 0-255; 128 + n when signal n ended the command. */
  readonly exitCode: number
  readonly signal: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A booted guest; disposal ends it at once, and nothing is written to its image. */
export interface BootedVm extends AsyncDisposable {
  readonly name: string
  readonly release: string
  readonly accel: 'kvm' | 'tcg'
  /** File with every byte of the console. */
  readonly consolePath: string
  /** Folder with console, configuration and replay.sh (docs/verdicts.md). */
  readonly evidence: string
  /** From the start of the VM on, for each who asks. */
  readonly events: AsyncIterable<GuestEvent>
  /** One command, both streams kept in memory as UTF-8. */
  exec(argv: readonly string[], options?: GuestExecOptions): Promise<GuestExecResult>
}

/** Boot a guest and wait until its agent serves commands. Throws `BOOT_FAILED` with the console's last lines, and every error of `kernelkit run`. */
export async function bootVm(options: BootVmOptions, context: BootVmContext = {}): Promise<BootedVm> {
  const host = context.host ?? nodeHost()
  const store = context.store ?? (await openStore(host, defaultStoreRoot(host)))
  for (let starts = 1; ; starts++) {
    const booted = await bootOnce(options, { ...context, host, store, starts })
    if (booted !== 'again') return booted
  }
}

interface BootOnceContext extends BootVmContext {
  readonly host: Host
  readonly store: Store
  /** This one included. */
  readonly starts: number
}

async function bootOnce(options: BootVmOptions, context: BootOnceContext): Promise<BootedVm | 'again'> {
  const { host, store } = context
  const { spec, prepared } = await inOptionNames(async () => {
    const parsed = specOf(options)
    return { spec: parsed, prepared: await prepareVm({ host, store, spec: parsed, command: 'run' }) }
  })
  const { plan, request } = prepared
  for (const line of plan.warnings) host.log.warn(line)
  await recordBoot(host, { folder: prepared.logFolder, plan })
  const vm = await startVm(request, host, context.signal === undefined ? {} : { signal: context.signal })
  try {
    const watch = watchVm({
      events: vm.events,
      silenceLimitMs: silenceLimitMs(plan.accel.accel, false),
      lockupSilenceMs,
      // Who holds the VM reads its events.
      isEnd: () => false,
      mostRestarts: 1,
      hasOtherTimer: hasOtherTimer(plan),
      tailLines,
      onLine: undefined,
    })
    const limitMs = bootLimitMs(spec.bootTimeoutMs, plan.accel.accel)
    const limit = new AbortController()
    const isSystemd = spec.init.kind === 'path' && spec.init.systemd
    const seen = await Promise.race([
      watch.ready.then(async () => {
        const up = isSystemd ? await systemIsUp(host, vm, limit.signal) : 'up'
        return up === 'up' ? ('ready' as const) : up
      }),
      watch.over,
      host.sleep(limitMs, limit.signal).then(
        () => 'timeout' as const,
        () => 'timeout' as const,
      ),
    ]).finally(() => limit.abort())
    context.signal?.throwIfAborted()
    if (seen !== 'ready') {
      if (startsAgain(host.log, watch.facts(), context.starts)) {
        await vm.stop('kill')
        await vm[Symbol.asyncDispose]()
        return 'again'
      }
      const { agentFailure, tail } = watch.facts()
      const why =
        agentFailure ??
        (typeof seen === 'object'
          ? seen.why
          : seen === 'timeout'
            ? `it was not ready within ${limitMs / 1000} s`
            : `it ended early (${seen})`)
      throw new UserError('BOOT_FAILED', `the guest did not boot: ${why}.\n${tail.join('\n')}`, {
        verdict: 'boot-fail',
        hint: `the whole console is in ${request.consolePath}.`,
      })
    }
    const baseEnv = guestEnvironment(host, spec, plan.root)
    return {
      name: vm.name,
      release: plan.kernel.release,
      accel: plan.accel.accel,
      consolePath: request.consolePath,
      evidence: prepared.logFolder,
      get events() {
        return withReports(vm.events)
      },
      exec: async (argv, execOptions = {}) => {
        const { stdout, stderr, texts } = collectOutput()
        const { env, cwd = plan.shares.cwd, ...rest } = execOptions
        const { exitCode, signal } = await vm.exec({ argv, env: { ...baseEnv, ...env }, cwd, stdout, stderr, ...rest }).result
        return { exitCode, signal, ...texts() }
      },
      [Symbol.asyncDispose]: async () => {
        await vm.stop('kill')
        await vm[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await vm.stop('kill').catch(() => {})
    throw error
  }
}

function specOf({ shares = [], forwards, network, bootTimeoutMs, append, ...plain }: BootVmOptions): VmSpec {
  const raw = { ...plain, append: append ?? [], forward: forwards ?? [], net: network ?? 'user', cwd: false }
  return {
    ...parseVmSpec(raw, { command: 'run' }),
    bootTimeoutMs,
    shares: shares.map(({ host, guest, mode = 'cow' }) => ({ source: host, guest, mode })),
  }
}
