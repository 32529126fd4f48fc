import { join, resolve } from 'node:path'
import { ccacheFolderOf, makeOptionsOf, type BuildPlan, type KernelContext } from './build-plan.ts'
import { configureKernel, type Configuration } from '../configure/configure-kernel.ts'

/** Folder of the build, for those who want to look or to run make by hand. */
export function buildDirectoryOf({ host, store }: Pick<KernelContext, 'host' | 'store'>, { spec, source, workName }: BuildPlan): string {
  if (spec.inTree && source.userTree !== undefined) return source.userTree
  return spec.buildDirectory === undefined ? join(store.root, 'build', workName, 'out') : resolve(host.cwd, spec.buildDirectory)
}

/** The folders of one build, and what happens in them. */
export interface Work {
  readonly build: string
  /** Everything that make said. */
  readonly logPath: string
  /** There while make runs. */
  readonly marker: string
  /** Run with the build directory (and a checkout of ours) to itself. */
  locked<T>(work: (tree: string) => Promise<T>): Promise<T>
  configure(tree: string): Promise<Configuration>
}

export async function openWork(context: KernelContext, plan: BuildPlan): Promise<Work> {
  const { host, store, signal } = context
  const { spec, source, workName } = plan
  const folder = await store.workFolder('build', workName)
  const scratch = join(folder, 'config')
  const build = buildDirectoryOf(context, plan)
  const options = (waitingFor: string) => ({ waitingFor, signal })
  return {
    build,
    logPath: join(folder, 'make.log'),
    marker: join(folder, 'compiling'),
    locked: (work) => {
      const inBuild = () => store.withLock(`build-${build}`, async () => work(await source.tree()), options(`the build directory ${build}`))
      return source.exclusive === undefined
        ? inBuild()
        : store.withLock(source.exclusive, inBuild, options(`another build of ${source.label}`))
    },
    configure: async (tree) => {
      await host.fs.mkdir(scratch, { recursive: true })
      await host.fs.mkdir(build, { recursive: true })
      return configureKernel(host, {
        arch: spec.arch,
        base: spec.base,
        baseText: plan.baseText,
        requests: plan.requests,
        make: makeOptionsOf(plan, { tree, build, ccache: plan.toolchain.ccache }),
        ccacheFolder: ccacheFolderOf(context),
        scratch,
        signal,
      })
    },
  }
}
