import { openActionStore, runAction, type Action } from '@kernelkit/action-kit'
import { answerOf, buildKernel, recordBuild, type BuildAnswer } from '@kernelkit/kernel'
import { annotateFailure, annotateWarnings } from './annotate-build.ts'
import { parseCcacheWish, prepareCcache } from './ccache.ts'
import { findKernel } from './find-kernel.ts'
import { inputRows } from './inputs.ts'
import { readKernelSpec } from './read-kernel-spec.ts'
import { renderBuildSummary, renderFailureSummary } from './summary.ts'

await runAction({ inputs: inputRows, folder: import.meta.dirname }, async (action) => {
  const { host, signal } = action
  const spec = await readKernelSpec(action)
  const wish = parseCcacheWish(action.inputs)
  const { store, saved } = await openActionStore(action, ['kernel'])
  const context = { host, store, signal }

  const plan = await action.group('Key of the kernel', () => findKernel(context, spec))
  if (!plan.isKnown) await action.group("The compiler's cache of earlier runs", () => prepareCcache(action, context, { plan, wish }))
  const build = await action.group(plan.isKnown ? 'Kernel' : 'Build', () =>
    buildKernel(context, spec).catch((error: unknown) => {
      annotateFailure(action, error, plan.source.userTree)
      action.summarise(renderFailureSummary(plan, error))
      throw error
    }),
  )
  await recordBuild(host, store, build)

  const answer = answerOf(build)
  annotateWarnings(action, answer, plan.source.userTree)
  action.summarise(renderBuildSummary(answer, { source: plan.source.label, saved: saved() }))
  await setOutputs(action, answer, saved())
})

async function setOutputs({ host, setOutputs: set }: Action, answer: BuildAnswer, saved: boolean): Promise<void> {
  const { kernel, vmlinux, config, release, key, cached, buildDirectory } = answer
  // Of a kernel from a cache it is the folder of another machine.
  const buildDir = (await host.fs.exists(buildDirectory)) ? buildDirectory : undefined
  set({ kernel, vmlinux, config, 'build-dir': buildDir, release, key, 'cache-hit': cached, saved })
}
