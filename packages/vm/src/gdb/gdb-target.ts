import { dirname, join } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { GdbTarget } from '@kernelkit/core/gdb'
import type { Host } from '@kernelkit/host'
import { optionsOf } from '../resolve/kernel-options.ts'
import { gdbCommandsDirectory } from '../package-directory.ts'
import { vmlinuxOfVm } from '../inspect/vmlinux-of-vm.ts'
import { connectVm } from '../process/connect-vm.ts'
import type { VmState } from '../process/vm-state.ts'
import { guestSettings, type GuestSettings } from './guest-settings.ts'
import { stubPlaces, switchOnStub } from './switch-on-stub.ts'

export interface ResolvedGdb {
  readonly target: GdbTarget
  /** Content of the file that our commands read. */
  readonly settings: GuestSettings
  /** What gdb will not be able to do with this kernel, and how to get it. */
  readonly notes: readonly string[]
}

/** Symbols, source and helpers for a running VM's kernel; with `looks` no stub is switched on. Without `ours` gdb has no Python for our commands. */
export async function gdbTargetOf(
  host: Host,
  state: VmState,
  { looks = false, ours = true }: { readonly looks?: boolean; readonly ours?: boolean } = {},
): Promise<ResolvedGdb> {
  const vmlinux = await vmlinuxOfVm(host, state)
  if (vmlinux === undefined) {
    const named = textFact(state, 'vmlinux')
    throw new UserError(
      'FILE_NOT_FOUND',
      `the vmlinux of the VM '${state.name}' is ${named === undefined ? 'unknown: there is none next to its kernel' : `gone (${named})`}, and ${state.kernel} holds none that can be unpacked.`,
      {
        hint: message`Boot the build directory, which has both: ${option('kernel', 'DIR')}.`,
        details: { kernel: state.kernel },
      },
    )
  }
  const build = await host.fs.realpath(dirname(vmlinux))
  const source = textFact(state, 'source')
  const config = textFact(state, 'config')
  const options = optionsOf(
    config === undefined || config.startsWith('inside ') ? undefined : await host.fs.readFile(config, 'utf8').catch(() => undefined),
    config,
  )
  const script = join(build, 'vmlinux-gdb.py')
  const isReduced = options.value('DEBUG_INFO_REDUCED') === 'y'
  const hasInfo = ['DEBUG_INFO', 'DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT', 'DEBUG_INFO_DWARF4', 'DEBUG_INFO_DWARF5'].some(
    (symbol) => options.value(symbol) === 'y',
  )
  const hasScript = await host.fs.exists(script)
  await using vm = await connectVm(state, host)
  const { settings, slide } = await guestSettings(host, { vm, state, vmlinux })
  const hasSymbols = settings.noStacks === null
  const { gdb } = state
  const [stub = ''] = stubPlaces(state)
  const remote = gdb?.kind === 'tcp' ? `127.0.0.1:${gdb.port}` : (gdb?.path ?? (looks ? stub : await switchOnStub(host, { vm, state })))
  return {
    target: {
      vmlinux,
      remote,
      slide,
      ours: ours ? { directory: await gdbCommandsDirectory(host), settings: join(state.directory, 'gdb.json') } : undefined,
      source,
      // The helpers read types, which reduced debug information does not have.
      helpers: hasScript && !isReduced && ours ? script : undefined,
      prefixMap: [],
    },
    settings,
    notes: [
      ...(settings.missing === null
        ? []
        : [
            `${settings.types === null ? "kk-ps and other commands that read the kernel's lists do not work" : 'some commands do not work'}: ${settings.missing}`,
          ]),
      ...(hasInfo || options.source === undefined
        ? []
        : ['this kernel has no debug information: functions only by symbol (build with --config debug)']),
      ...(isReduced
        ? [
            'reduced debug information: breakpoints, lines and backtraces work; types of your own and lx- commands do not (build with --config -DEBUG_INFO_REDUCED)',
          ]
        : []),
      ...(hasSymbols && hasInfo && !isReduced && !hasScript
        ? ['no lx- commands: run `make scripts_gdb` in the build directory (CONFIG_GDB_SCRIPTS)']
        : []),
      ...(hasSymbols && source === undefined
        ? ['the source of this kernel was not found: gdb shows numbers of lines without their text']
        : []),
    ],
  }
}

function textFact(state: VmState, name: string): string | undefined {
  const value = state.facts[name]
  return typeof value === 'string' ? value : undefined
}
