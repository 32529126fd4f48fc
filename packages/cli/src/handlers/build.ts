import { archRows, hostArch, parseArch } from '@kernelkit/core/arch'
import { parseKernelSpec } from '@kernelkit/core/options/build'
import { type KernelSpec } from '@kernelkit/core/options'
import { resultOf, buildKernel, recordBuild, type BuildResult } from '@kernelkit/kernel'
import { openBuildTools } from '@kernelkit/toolchain/tools'
import type { CommandContext, RawOptions } from '../command.ts'
import { showBuildPlan } from './build-dry-run.ts'

/** `kernelkit build`. */
export async function build(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const spec = parseKernelSpec(options, args, { arch: parseArch(hostArch(context.host.nodeArch)) })
  if (context.dryRun) {
    await using tools = await openBuildTools(context, await context.store({ compiles: true }), spec)
    return await showBuildPlan(context, spec, { host: tools.host, place: tools.place, until: 'kernel' })
  }
  const result = await makeKernel(context, spec)
  if (context.json) context.printJson(result)
  else context.print(result.kernel)
  return 0
}

/** The kernel of a spec, built or from the store; recorded for `boot` and `run`, and logged in one line. */
export async function makeKernel(context: CommandContext, spec: KernelSpec): Promise<BuildResult> {
  const { host, signal } = context
  const store = await context.store({ compiles: true })
  await using tools = await openBuildTools(context, store, spec)
  const build = await buildKernel({ host: tools.host, store, signal }, spec)
  const result = resultOf(build)
  await recordBuild(host, store, build)
  if (!context.json) host.log.info(describe(result))
  return result
}

function describe({ release, arch, cached, seconds, bytes, added, warnings, source }: BuildResult): string {
  const size = `${archRows[parseArch(arch).name].imageTarget} ${mebibytes(bytes.kernel)}, vmlinux ${mebibytes(bytes.vmlinux)}`
  const remarks = [
    added.length === 0 ? '' : `, ${added.length} dependencies added`,
    warnings.length === 0 ? '' : `, ${warnings.length} warnings`,
  ].join('')
  if (cached) return `kernel ${release} ${arch} of ${source}: from the store in ${seconds.total.toFixed(1)} s (${size}${remarks})`
  const parts = `source ${seconds.source.toFixed(1)} s, configure ${seconds.configure.toFixed(1)} s, compile ${seconds.compile.toFixed(1)} s`
  return `kernel ${release} ${arch} of ${source}: built in ${seconds.total.toFixed(1)} s (${parts}; ${size}${remarks})`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
