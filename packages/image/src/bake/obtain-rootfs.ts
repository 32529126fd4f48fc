import { join } from 'node:path'
import { explainBootstrapFailure, workFiles } from '@kernelkit/core/debootstrap'
import { UserError } from '@kernelkit/core/errors'
import type { RunStep } from '@kernelkit/core/plan'
import { lastLines, readLastLines, withTask, type Host, type Task } from '@kernelkit/host'
import type { WorkDirectory } from '../backend/bake-backend.ts'
import type { ImageJob } from './image-job.ts'
import { rootfsMaterial } from './rootfs.ts'
import { packagesSteps } from './steps.ts'

/** The suite's packages as an archive, a store entry of its own: another size, key or script does not fetch them again. */
export async function obtainRootfs(host: Host, job: ImageJob): Promise<string> {
  const { store, spec, tools, backend, known, seconds, signal, force } = job
  const startedMs = host.monotonicMs()
  const { entry, cached } = await store.obtain({
    kind: 'rootfs',
    material: rootfsMaterial({ spec, tools, known }),
    produce: (directory) =>
      withTask(host, { title: `bootstrap ${spec.suite} ${spec.arch.debianArch}` }, async (task) => {
        backend.checkMirror(known.uri)
        await using work = await backend.open(tools)
        const rootfs = join(directory, workFiles.rootfs)
        const steps = packagesSteps({ spec, tools, known, work: work.steps, aptOptions: await backend.aptOptions(), rootfs })
        await work.perform(steps.before, { signal })
        await bootstrap(host, { ...job, work, step: steps.long, task })
        await work.perform(steps.after, { signal })
      }),
    signal,
    force,
  })
  if (cached) host.log.info('packages: unpacked already, from the store')
  else seconds.bootstrap = (host.monotonicMs() - startedMs) / 1000
  return join(entry.path, workFiles.rootfs)
}

interface BootstrapRun extends Pick<ImageJob, 'spec' | 'tools' | 'known' | 'signal'> {
  readonly work: WorkDirectory
  readonly step: RunStep
  readonly task: Task
}

/** Fetch and unpack; known failures get an error of their own. */
async function bootstrap(host: Host, { spec, tools, known, work, step, task, signal }: BootstrapRun): Promise<void> {
  const lines: string[] = []
  const exitCode = await work.supervise(step, {
    onLine: (line) => {
      lines.push(line)
      if (lines.length > 400) lines.splice(0, 200)
      host.log.detail(line)
      const status = /^I: (.+?)(?:\.\.\.)?$/.exec(line)?.[1]
      if (status !== undefined && !/tempdir|\/tmp\//.test(status)) task.update(status)
    },
    signal,
  })
  if (exitCode === 0) return
  throw (
    explainBootstrapFailure(lines.join('\n'), { suite: spec.suite, mirror: known.uri, where: work.where }) ??
    new UserError('BOOTSTRAP_FAILED', `${tools.tool} exited with status ${exitCode}.\n${lastLines(lines)}`, {
      hint: readLastLines,
    })
  )
}
