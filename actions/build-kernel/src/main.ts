import { openActionStore, runAction, type Action } from '@kernelkit/action-kit'
import { parseToolchainChoice } from '@kernelkit/core/options/commands'
import { resultOf, buildKernel, recordBuild, type BuildResult } from '@kernelkit/kernel'
import { openBuildTools } from '@kernelkit/toolchain/tools'
import { annotateFailure, annotateWarnings } from './annotate-build.ts'
import { parseCcacheMode, prepareCcache, trimCcache } from './ccache.ts'
import { findKernel } from './find-kernel.ts'
import { inputRows } from './inputs.ts'
import { readKernelSpec } from './read-kernel-spec.ts'
import { renderBuildSummary, renderFailureSummary } from './summary.ts'

await runAction({ inputs: inputRows, directory: import.meta.dirname }, async (action) => {
  const { host, signal } = action
  const spec = await readKernelSpec(action)
  const mode = parseCcacheMode(action.inputs)
  const toolchain = parseToolchainChoice(action.inputs)
  const { store, saved } = await openActionStore(action, ['kernel'])
  await using tools = await action.group('Tools', () => openBuildTools({ host, signal, toolchain }, store, spec))
  const context = { host: tools.host, store, signal }

  const plan = await action.group('Key of the kernel', () => findKernel(context, spec))
  const ccache = plan.isKnown
    ? undefined
    : await action.group("The compiler's cache of earlier runs", () => prepareCcache(action, context, { plan, mode }))
  const build = await action.group(plan.isKnown ? 'Kernel' : 'Build', async () => {
    try {
      return await buildKernel(context, spec)
    } catch (error) {
      annotateFailure(action, error, plan.source.userTree)
      action.summarise(renderFailureSummary(plan, error))
      throw error
    } finally {
      // The post step has no container any more.
      if (tools.container !== undefined && !signal.aborted) await trimCcache(tools.host, ccache)
    }
  })
  await recordBuild(host, store, build)

  const result = resultOf(build)
  annotateWarnings(action, result, plan.source.userTree)
  action.summarise(renderBuildSummary(result, { source: plan.source.label, saved: saved() }))
  setOutputs(action, result, saved())
})

function setOutputs({ setOutputs: set }: Action, result: BuildResult, saved: boolean): void {
  const { kernel, vmlinux, config, release, key, cached, buildDirectory } = result
  // Of a kernel from a cache it belongs to another run, even where it exists.
  set({ kernel, vmlinux, config, 'build-dir': cached ? undefined : buildDirectory, release, key, 'cache-hit': cached, saved })
}
