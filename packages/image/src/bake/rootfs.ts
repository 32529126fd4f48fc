import { join } from 'node:path'
import type { KeyMaterial } from '@kernelkit/core/cachekey'
import {
  debootstrapArgv,
  defaultPackages,
  mmdebstrapArgv,
  packTreeArgv,
  workFiles,
  type BakeTools,
  type BootstrapOptions,
} from '@kernelkit/core/debootstrap'
import { quoteArgv } from '@kernelkit/core/shell'
import type { ImageSpec } from '@kernelkit/core/options'
import type { KnownRelease } from './release-memory.ts'

/** The format of the archive, in addition to its packages; raised when it changes. */
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

/** The default packages come out the same with and without /proc; packages that a user adds may not. */
export function procMaterial({ withoutProc }: Pick<BakeTools, 'withoutProc'>, hasAdditions: boolean): KeyMaterial {
  return withoutProc === true && hasAdditions ? [['proc', 'none']] : []
}

function packagesOf(spec: ImageSpec): readonly string[] {
  return [...new Set([...defaultPackages, ...spec.include])].toSorted()
}

export interface BootstrapArgvOptions {
  readonly spec: ImageSpec
  readonly tools: BakeTools
  readonly known: Pick<KnownRelease, 'uri' | 'keyring' | 'release'>
  readonly aptOptions: readonly string[]
  /** Work directory. */
  readonly directory: string
}

/** The command that fetches and unpacks the packages, to rootfs.tar in the work directory. */
export function bootstrapArgv({ spec, tools, known, aptOptions, directory }: BootstrapArgvOptions): readonly string[] {
  const options: BootstrapOptions = {
    source: { uri: known.uri, suite: spec.suite, components: ['main'], ...(known.keyring === undefined ? {} : { keyring: known.keyring }) },
    debianArch: spec.arch.debianArch,
    packages: packagesOf(spec),
    requested: spec.include,
    aptOptions,
  }
  const output = join(directory, workFiles.rootfs)
  const scratch = join(directory, workFiles.scratch)
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
