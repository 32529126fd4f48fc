import { givenOptions, type ToolchainChoice } from '@kernelkit/core/options'
import { parseToolchainChoice } from '@kernelkit/core/options/commands'

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
    color: !isOn('noColor'),
    cacheDir: text('cacheDir'),
    toolchain: parseToolchainChoice(givenOptions({ toolchain: text('toolchain') })),
  }
}
