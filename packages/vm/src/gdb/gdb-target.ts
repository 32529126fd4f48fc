import { dirname, join } from 'node:path'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { GdbTarget } from '@kernelkit/core/gdb'
import type { Host } from '@kernelkit/host'
import { optionsOf } from '../resolve/kernel-options.ts'
import type { VmState } from '../process/vm-state.ts'

export interface ResolvedGdb {
  readonly target: GdbTarget
  /** What gdb will not be able to do with this kernel, and how to get it. */
  readonly notes: readonly string[]
}

/** Symbols, source and helpers for a running VM's kernel. */
export async function gdbTargetOf(host: Host, state: VmState): Promise<ResolvedGdb> {
  if (state.gdb === null) {
    throw new UserError('NO_GDB_STUB', `the VM '${state.name}' was started without a gdb stub.`, {
      hint: message`Start it with ${option('gdb')}, for instance ${command('kernelkit run --gdb --keep --name debug -- true')}.`,
      details: { name: state.name },
    })
  }
  const vmlinux = textFact(state, 'vmlinux')
  if (vmlinux === undefined || !(await host.fs.exists(vmlinux))) {
    throw new UserError(
      'FILE_NOT_FOUND',
      `the vmlinux of the VM '${state.name}' is ${vmlinux === undefined ? 'unknown: its kernel was named as a compressed image without one next to it' : `gone (${vmlinux})`}.`,
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
  return {
    target: {
      vmlinux,
      remote: state.gdb.kind === 'socket' ? state.gdb.path : `127.0.0.1:${state.gdb.port}`,
      source,
      // The helpers read types, which reduced debug information does not have.
      helpers: hasScript && !isReduced ? script : undefined,
      prefixMap: [],
    },
    notes: [
      ...(hasInfo || options.source === undefined
        ? []
        : ['this kernel has no debug information: functions only by symbol (build with --config debug)']),
      ...(isReduced
        ? [
            'reduced debug information: breakpoints, lines and backtraces work; types and lx- commands do not (build with --config -DEBUG_INFO_REDUCED)',
          ]
        : []),
      ...(hasInfo && !isReduced && !hasScript
        ? ['no lx- commands: run `make scripts_gdb` in the build directory (CONFIG_GDB_SCRIPTS)']
        : []),
      ...(source === undefined ? ['the source of this kernel was not found: gdb shows no lines'] : []),
    ],
  }
}

function textFact(state: VmState, name: string): string | undefined {
  const value = state.facts[name]
  return typeof value === 'string' ? value : undefined
}
