import type { Command } from 'commander'
import { Option } from 'commander'
import { toolchainChoices, type ToolchainChoice } from '@kernelkit/core/options'

/** What every command understands, before and after its name. */
export interface GlobalOptions {
  readonly json: boolean
  readonly dryRun: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  readonly cacheDir: string | undefined
  readonly toolchain: ToolchainChoice
}

/** Declared on the root and again on each command, under one heading at the end of its help. */
export function addGlobalOptions(command: Command): void {
  const group = 'Common options:'
  const add = (flags: string, description: string) => command.addOption(new Option(flags, description).helpGroup(group))
  add('--json', 'one JSON document on stdout, logs on stderr')
  add('--dry-run', 'print what would be done and why, change nothing')
  add('-q, --quiet', 'warnings and errors only')
  add('--verbose', 'every detail; errors with their cause and stack')
  add('--no-color', 'no colours (also: NO_COLOR)')
  add('--cache-dir <dir>', 'artifact store (default: $KERNELKIT_CACHE_DIR, else $XDG_CACHE_HOME/kernelkit)')
  command.addOption(
    new Option('--toolchain <where>', 'where tools come from (default: auto, this host when it has them, else Docker)')
      .choices(toolchainChoices)
      .helpGroup(group),
  )
  command.addHelpOption(new Option('-h, --help', 'this help').helpGroup(group))
}

type Values = Readonly<Record<string, unknown>>

/** The command's own value wins over the one given before its name. */
export function readGlobalOptions(root: Values, own: Values): GlobalOptions {
  const isOn = (name: string) => own[name] === true || root[name] === true
  const text = (name: string) => [own[name], root[name]].find((value) => typeof value === 'string')
  return {
    json: isOn('json'),
    dryRun: isOn('dryRun'),
    quiet: isOn('quiet'),
    verbose: isOn('verbose'),
    color: own['color'] !== false && root['color'] !== false,
    cacheDir: text('cacheDir'),
    toolchain: toolchainChoices.find((choice) => choice === text('toolchain')) ?? 'auto',
  }
}

export const globalOptionNames: readonly string[] = ['json', 'dryRun', 'quiet', 'verbose', 'color', 'cacheDir', 'toolchain']
