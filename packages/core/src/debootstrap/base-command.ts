import { quoteArgv } from '../shell/index.ts'
import { bootstrapPreferences, mergedUsrHook, packTreeArgv } from './bootstrap-argv.ts'
import { leftOutPaths } from './left-out-paths.ts'
import type { BakeTools } from './privilege.ts'

export interface BaseOptions {
  readonly tools: Pick<BakeTools, 'tool' | 'privilege'>
  readonly suite: string
  readonly debianArch: string
  readonly components: readonly string[]
  /** Absent: the one that the tool knows for the suite. */
  readonly mirror: string | undefined
  readonly keyring: string | undefined
  /** apt options that the mirror needs (`Acquire::…`). */
  readonly aptOptions: readonly string[]
  /** Directory for what is thrown away, and the archive that comes out. */
  readonly scratch: string
  readonly output: string
}

/** The smallest root with apt in it, as a tar archive: what a container image begins with. */
export function baseCommand(options: BaseOptions): readonly string[] {
  const argv = [
    'env',
    `TMPDIR=${options.scratch}`,
    'LC_ALL=C.UTF-8',
    ...(options.tools.tool === 'mmdebstrap' ? byMmdebstrap(options) : byDebootstrap(options)),
  ]
  return options.tools.privilege === 'sudo' ? ['sudo', '-n', ...argv] : argv
}

function byMmdebstrap({ tools, suite, debianArch, components, mirror, keyring, aptOptions, output }: BaseOptions): readonly string[] {
  return [
    'mmdebstrap',
    `--mode=${tools.privilege === 'user-namespace' ? 'unshare' : 'root'}`,
    // Essential packages and apt.
    '--variant=apt',
    '--format=tar',
    `--architectures=${debianArch}`,
    `--components=${components.join(',')}`,
    ...(keyring === undefined ? [] : [`--keyring=${keyring}`]),
    ...mergedUsrHook({ source: { suite }, debianArch }),
    // A tree that is packed and thrown away needs no fsync (dpkg(1)); what is installed over it later neither.
    '--dpkgopt=force-unsafe-io',
    ...leftOutPaths.map(([verb, path]) => `--dpkgopt=${verb}=${path}`),
    ...aptOptions.map((option) => `--aptopt=${option}`),
    // A proxy is this host's, and its address may hold a password: builds get it as an argument instead.
    `--customize-hook=rm -f "$1${bootstrapPreferences}"; if [ -f "$1/etc/apt/apt.conf.d/99mmdebstrap" ]; then sed -i /::Proxy/d "$1/etc/apt/apt.conf.d/99mmdebstrap"; fi`,
    suite,
    output,
    ...(mirror === undefined ? [] : [mirror]),
  ]
}

function byDebootstrap({ suite, debianArch, components, mirror, keyring, scratch, output }: BaseOptions): readonly string[] {
  const tree = `${scratch}/base`
  const steps = [
    [
      'debootstrap',
      // Essential packages and apt.
      '--variant=minbase',
      `--arch=${debianArch}`,
      `--components=${components.join(',')}`,
      ...(keyring === undefined ? [] : [`--keyring=${keyring}`]),
      suite,
      tree,
      ...(mirror === undefined ? [] : [mirror]),
    ],
    packTreeArgv({ tree, output, epoch: 0 }),
    ['rm', '-rf', '--one-file-system', tree],
  ]
  return ['sh', '-c', `set -e; ${steps.map(quoteArgv).join('; ')}`]
}
