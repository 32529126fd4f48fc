import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import {
  debootstrapArgv,
  defaultPackages,
  explainBootstrapFailure,
  mmdebstrapArgv,
  packTreeArgv,
  workFiles,
  type BakeTools,
  type BootstrapOptions,
} from '@kernelkit/core/debootstrap'
import { UserError } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/plan'
import type { ImageSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import type { KnownRelease } from './release-memory.ts'
import type { WorkDirectory } from '../backend/bake-backend.ts'

/** Bytes that the shape of the archive depends on beside its packages; raised when that shape changes. */
const format = '2'

/** All that shapes the archive of a suite's packages. */
export function rootfsMaterial({
  spec,
  tools,
  known,
}: {
  readonly spec: ImageSpec
  readonly tools: BakeTools
  readonly known: KnownRelease
}): KeyMaterial {
  return [
    ['rootfs', format],
    ['suite', spec.suite],
    ['arch', spec.arch.debianArch],
    ['packages', packagesOf(spec).join(' ')],
    ['release', known.digest],
    ['tool', `${tools.tool} ${tools.toolVersion}`],
    ...procMaterial(tools, spec.include.length > 0),
  ]
}

/** The default packages come out the same with and without /proc; of what a user adds nobody knows. */
export function procMaterial({ withoutProc }: Pick<BakeTools, 'withoutProc'>, hasAdditions: boolean): KeyMaterial {
  return withoutProc === true && hasAdditions ? [['proc', 'none']] : []
}

function packagesOf(spec: ImageSpec): readonly string[] {
  return [...new Set([...defaultPackages, ...spec.include])].toSorted()
}

export interface BootstrapPlanOptions {
  readonly spec: ImageSpec
  readonly tools: BakeTools
  readonly known: Pick<KnownRelease, 'uri' | 'keyring' | 'release'>
  readonly aptOptions: readonly string[]
  /** Work folder. */
  readonly work: Pick<WorkDirectory, 'path'>
}

/** The command that fetches and unpacks the packages, to rootfs.tar in the work folder. */
export function bootstrapCommand({ spec, tools, known, aptOptions, work }: BootstrapPlanOptions): readonly string[] {
  const options: BootstrapOptions = {
    source: { uri: known.uri, suite: spec.suite, components: ['main'], ...(known.keyring === undefined ? {} : { keyring: known.keyring }) },
    debianArch: spec.arch.debianArch,
    packages: packagesOf(spec),
    requested: spec.include,
    aptOptions,
  }
  const output = join(work.path, workFiles.rootfs)
  const scratch = join(work.path, workFiles.scratch)
  const env = ['env', `SOURCE_DATE_EPOCH=${known.release.date}`, `TMPDIR=${scratch}`, 'LC_ALL=C.UTF-8', 'TZ=UTC0']
  if (tools.tool === 'mmdebstrap')
    return [...env, ...mmdebstrapArgv({ ...options, mode: tools.privilege === 'user-namespace' ? 'unshare' : 'root', output })]
  const tree = join(scratch, 'bootstrap')
  const steps = [
    debootstrapArgv({ ...options, target: tree }),
    packTreeArgv({ tree, output, epoch: known.release.date }),
    ['rm', '-rf', '--one-file-system', tree],
  ]
  return [...env, 'sh', '-c', `set -e; ${steps.map(quoteArgv).join('; ')}`]
}

export interface BootstrapRun extends BootstrapPlanOptions {
  readonly work: WorkDirectory
  readonly onStatus: (status: string) => void
  readonly signal?: AbortSignal | undefined
}

/** Runs {@link bootstrapCommand}; what went wrong is told in our own words where we know it. */
export async function bootstrap(host: Host, run: BootstrapRun): Promise<void> {
  const lines: string[] = []
  if (run.known.keyring !== undefined) await run.work.share(run.known.keyring)
  const exitCode = await run.work.supervise(bootstrapCommand(run), {
    onLine: (line) => {
      lines.push(line)
      if (lines.length > 400) lines.splice(0, 200)
      host.log.detail(line)
      const status = /^I: (.+?)(?:\.\.\.)?$/.exec(line)?.[1]
      if (status !== undefined && !/tempdir|\/tmp\//.test(status)) run.onStatus(status)
    },
    signal: run.signal,
  })
  if (exitCode === 0) return
  const output = lines.join('\n')
  throw (
    explainBootstrapFailure(output, { suite: run.spec.suite, mirror: run.known.uri, where: run.work.where }) ??
    new UserError('BOOTSTRAP_FAILED', `${run.tools.tool} ended with ${exitCode}.\n${lines.slice(-40).join('\n')}`, {
      hint: 'the last lines say why; --verbose shows all of them.',
    })
  )
}
