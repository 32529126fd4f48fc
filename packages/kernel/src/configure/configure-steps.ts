import { join } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import { compileEnvironment, makeArgv, type MakeOptions } from '@kernelkit/core/kbuild'
import { joinArgv, overlayArgv } from '@kernelkit/core/kconfig'
import type { ConfigBase } from '@kernelkit/core/options'
import type { RunStep, Step } from '@kernelkit/core/plan'

export interface ConfigureStepOptions {
  readonly arch: Pick<Arch, 'sourceArch'>
  readonly base: ConfigBase
  /** The base when it is a file: where it is, and what was read there. */
  readonly baseFile: { readonly path: string; readonly sha256: string } | undefined
  readonly make: MakeOptions
  /** ccache's directory for kconfig's own programs, `undefined` for the directory that the user has chosen. */
  readonly ccacheDirectory?: string | undefined
  /** Directory of ours for the files of this run: the build directory's .config keeps its time while nothing changes. */
  readonly scratch: string
}

/** What kconfig writes: the whole configuration. */
export function configPath({ scratch }: Pick<ConfigureStepOptions, 'scratch'>): string {
  return join(scratch, 'config')
}

/** Before the first round: the directories, and the base when that is a whole configuration. */
export function baseSteps(options: ConfigureStepOptions): readonly Step[] {
  const { base, baseFile, make, scratch } = options
  const directories: readonly Step[] = [
    { kind: 'mkdir', why: 'room for fragments and for what kconfig answers', path: scratch },
    ...(make.build === make.source
      ? []
      : [{ kind: 'mkdir', why: 'the build directory; the tree itself is not written', path: make.build } as const]),
  ]
  const basePath = join(scratch, 'base')
  switch (base.kind) {
    case 'allnoconfig':
    case 'tinyconfig':
      return directories
    case 'file':
      return [
        ...directories,
        {
          kind: 'copy',
          why: 'the base',
          from: baseFile?.path ?? base.path,
          to: basePath,
          ...(baseFile === undefined ? {} : { sha256: baseFile.sha256 }),
        },
      ]
    case 'defconfig':
      return [
        ...directories,
        makeStep(options, { target: 'defconfig', why: 'the base: what the architecture has by default' }),
        { kind: 'copy', why: 'each round begins with it', from: configPath(options), to: basePath },
      ]
  }
}

/** One question to kconfig: the base with a fragment over it. */
export function roundSteps(
  options: ConfigureStepOptions,
  { fragment, why }: { readonly fragment: string; readonly why: string },
): readonly Step[] {
  const { arch, base, make, scratch } = options
  const [asked, all] = [join(scratch, 'asked.config'), join(scratch, 'all.config')]
  switch (base.kind) {
    case 'allnoconfig':
      return [
        { kind: 'write', why, path: all, content: fragment },
        makeStep(options, { target: 'allnoconfig', why: 'everything else is n', env: { KCONFIG_ALLCONFIG: all } }),
      ]
    case 'tinyconfig': {
      const fragments = ['kernel/configs/tiny-base.config', 'kernel/configs/tiny.config', `arch/${arch.sourceArch}/configs/tiny.config`]
      const argv = joinArgv([...fragments.map((path) => join(make.source, path)), asked])
      return [
        { kind: 'write', why, path: asked, content: fragment },
        { kind: 'run', why: 'over the fragments of make tinyconfig', argv, output: all },
        makeStep(options, { target: 'allnoconfig', why: 'everything else is n', env: { KCONFIG_ALLCONFIG: all } }),
      ]
    }
    case 'file':
    case 'defconfig':
      return [
        { kind: 'write', why, path: asked, content: fragment },
        {
          kind: 'run',
          why: 'over the base',
          argv: overlayArgv({ base: join(scratch, 'base'), fragment: asked }),
          output: configPath(options),
        },
        makeStep(options, { target: 'olddefconfig', why: 'everything else has its default' }),
      ]
  }
}

function makeStep(
  options: ConfigureStepOptions,
  { target, why, env = {} }: { readonly target: string; readonly why: string; readonly env?: Readonly<Record<string, string>> },
): RunStep {
  const { make, ccacheDirectory } = options
  return {
    kind: 'run',
    why,
    argv: makeArgv(make, [target]),
    env: { ...compileEnvironment(make, ccacheDirectory), KCONFIG_CONFIG: configPath(options), ...env },
  }
}
