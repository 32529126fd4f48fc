import { join, relative } from 'node:path'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { parseKernelReference } from '@kernelkit/core/kernels'
import { givenOptions, writeError } from '@kernelkit/core/options'
import { parseKernelSpec } from '@kernelkit/core/options/build'
import type { BisectSpec } from '@kernelkit/core/options/commands'
import type { VmSpec } from '@kernelkit/core/options/vm'
import { findProjectFile, nodeHost, openProjectFile, type Store } from '@kernelkit/host'
import type { BuildResult } from '@kernelkit/kernel'
import type { CommandContext, RawOptions } from '../command.ts'
import { makeKernel } from '../handlers/build.ts'
import type { BisectionTree } from './bisection-tree.ts'
import type { BisectionSearch } from './find-commit.ts'
import { probe } from './probe.ts'

export interface CommitRunner {
  readonly spec: BisectSpec
  readonly vm: VmSpec
  readonly argv: readonly string[]
  readonly repository: string
  readonly tree: BisectionTree
  readonly store: Store
  readonly evidence: string
}

/** Builds the commit that is checked out, unless the kernel is fixed, and runs the command on it. */
export function commitRunner(
  context: CommandContext,
  { spec, vm, argv, repository, tree, store, evidence }: CommitRunner,
): BisectionSearch['run'] {
  const { host } = context
  // What changes from commit to commit is the work tree: with a fixed kernel the command is in it, else it is next to the user.
  const cwd = spec.fixedKernel ? join(tree.path, relative(repository, host.cwd)) : host.cwd
  const inside = { ...context, host: cwd === host.cwd ? host : nodeHost({ log: host.log, env: host.env, cwd }) }
  return (commit) => {
    let kernel: Promise<BuildResult | undefined> | undefined
    return async (number) => {
      kernel ??= spec.fixedKernel ? Promise.resolve(undefined) : builtKernel(context, tree.path, spec)
      const startedAt = host.monotonicMs()
      try {
        const built = await kernel
        const wanted = built === undefined ? vm : { ...vm, kernel: parseKernelReference(built.kernel) }
        const one = await probe(inside, { spec: wanted, argv, store, evidence: join(evidence, `${commit.hash.slice(0, 12)}-${number}`) })
        return { ...one, objects: built?.objects }
      } catch (thrown) {
        if (context.signal.aborted || !(thrown instanceof UserError)) throw thrown
        const error = writeError(thrown, context.reader)
        const seconds = (host.monotonicMs() - startedAt) / 1000
        return {
          verdict: error.verdict,
          what: `${error.code}: ${error.message}`,
          release: undefined,
          seconds,
          evidence: undefined,
          paragraph: [],
        }
      }
    }
  }
}

/** The kernel of the clone, as kernelkit.yaml of the user's project and --config say; its objects stay warm from commit to commit. */
async function builtKernel(context: CommandContext, tree: string, spec: BisectSpec): Promise<BuildResult> {
  const { host } = context
  const arch = hostArch(host.nodeArch)
  const given = givenOptions({ config: spec.config.length === 0 ? undefined : spec.config })
  const path = await findProjectFile(host)
  const options = path === undefined ? given : await projectKernelOptions(context, path, given, arch)
  return makeKernel(context, parseKernelSpec({ ...options, source: [{ value: tree }] }, [], { arch: parseArch(arch) }))
}

async function projectKernelOptions({ host }: CommandContext, path: string, given: RawOptions, arch: string): Promise<RawOptions> {
  const { applyProjectFile, reachingValues } = await import('@kernelkit/core/project')
  const { file, locatorOf, requireConsent } = await openProjectFile(host, path, { trusted: false })
  const locator = await locatorOf('kernel')
  const { options } = applyProjectFile({ file, block: 'kernel', command: 'build', given, words: [], locator, hostArch: arch })
  const { source: _, sha256: __, ...others } = options
  await requireConsent(reachingValues('kernel', others))
  return others
}
