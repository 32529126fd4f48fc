import { join } from 'node:path'
import { renderFragment } from '@kernelkit/core/kconfig'
import { compileEnvironment, makeArgv } from '@kernelkit/core/kbuild'
import type { Plan } from '@kernelkit/core/plan'
import { ccacheFolderOf, makeOptionsOf, type BuildPlan, type KernelContext } from './build-plan.ts'
import { buildDirectoryOf } from './build-work.ts'

/** What `build --dry-run` prints: the commands of the first round; dependencies are known only once kconfig has answered. */
export function planSteps(context: Pick<KernelContext, 'host' | 'store'>, plan: BuildPlan): Plan {
  const { spec, source, toolchain, requests, workName } = plan
  const { host, store } = context
  const build = buildDirectoryOf(context, plan)
  const options = { tree: source.plannedTree, build, ccache: toolchain.ccache }
  const scratch = join(store.root, 'build', workName, 'config')
  const fromNothing = spec.base.kind === 'allnoconfig' || spec.base.kind === 'tinyconfig'
  const fragment = join(scratch, fromNothing ? 'all.config' : 'config')
  const whole = compileEnvironment({ ccache: toolchain.ccache, source: source.plannedTree, build }, ccacheFolderOf(context))
  // What the caller has not set need not be shown as unset.
  const env = Object.fromEntries(Object.entries(whole).filter(([name, value]) => value !== undefined || host.env[name] !== undefined))
  const target = fromNothing ? 'allnoconfig' : 'olddefconfig'
  return {
    title: `kernel from ${source.label}, ${spec.arch.name}, key ${plan.key}`,
    steps: [
      {
        kind: 'mkdir',
        why: `build directory of this source and kind of configuration${source.plannedTree === source.userTree ? '; the tree itself is not written' : ''}`,
        path: build,
      },
      {
        kind: 'write',
        why: `${requests.length} options that were asked for`,
        path: fragment,
        content: renderFragment(requests, { modules: false }),
      },
      {
        kind: 'run',
        why: 'the configuration; compared with what was asked for, and made again with missing dependencies',
        argv: makeArgv(makeOptionsOf(plan, options), [target]),
        env: { ...env, KCONFIG_CONFIG: join(scratch, 'config'), ...(fromNothing ? { KCONFIG_ALLCONFIG: fragment } : {}) },
      },
      {
        kind: 'run',
        why: 'compile',
        argv: makeArgv(makeOptionsOf(plan, { ...options, jobs: spec.jobs ?? host.cpus }), [spec.arch.imageTarget]),
        env,
      },
    ],
  }
}
