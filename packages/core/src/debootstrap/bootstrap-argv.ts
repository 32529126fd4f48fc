import { mergedDirectoriesOf } from '../arch/index.ts'
import { leftOutPaths } from './left-out-paths.ts'

export type BootstrapTool = 'mmdebstrap' | 'debootstrap'

/** Where packages come from. */
export interface PackageSource {
  readonly uri: string
  readonly suite: string
  readonly components: readonly string[]
  /** Keyring file that its Release must be signed with; absent: the tool's own for the suite. */
  readonly keyring?: string
}

export interface BootstrapOptions {
  readonly source: PackageSource
  readonly debianArch: string
  readonly packages: readonly string[]
  /** The user's own among them, looked up before anything is installed. */
  readonly requested: readonly string[]
  /** apt options that the host needs too (`Acquire::…`): frozen mirrors, proxies. */
  readonly aptOptions: readonly string[]
}

/**
 * What every image holds: an init, devices, an ssh server, and the tools that people reach for first.
 * login, mount and passwd are essential in bookworm but not in newer suites.
 */
export const defaultPackages: readonly string[] = [
  'systemd-sysv',
  'udev',
  'openssh-server',
  'login',
  'mount',
  'passwd',
  'iproute2',
  'iputils-ping',
  // Kernels of distributions have most drivers as modules.
  'kmod',
  'netbase',
  'procps',
]

/** The line of sources.list(5) that goes into the image: without the host's keyring path, name and password. */
export function imageSourceLine({ uri, suite, components }: PackageSource): string {
  return ['deb', uri.replace(/^([a-z]+:\/\/)[^/@]*@/, '$1'), suite, ...components].join(' ')
}

/**
 * bookworm's init-system-helpers wants `usrmerge | usr-is-merged`: apt takes the first, which moves files and installs
 * 25 MB of perl. A tree that is merged from the start, and usrmerge out of sight, gives the second. Newer suites are merged by base-files.
 */
export function mergedUsrHook({
  source,
  debianArch,
}: Pick<BootstrapOptions, 'debianArch'> & { readonly source: Pick<PackageSource, 'suite'> }): readonly string[] {
  if (source.suite !== 'bookworm') return []
  return [
    `--setup-hook=cd "$1" && for name in ${mergedDirectoriesOf(debianArch).join(' ')}; do mkdir -p usr/$name && ln -s usr/$name $name; done`,
    `--setup-hook=mkdir -p "$1/etc/apt/preferences.d" && printf 'Package: usrmerge\\nPin: release *\\nPin-Priority: -1\\n' > "$1${bootstrapPreferences}"`,
  ]
}

/** Preferences of the bootstrap alone; the customisation removes them. */
export const bootstrapPreferences = '/etc/apt/preferences.d/99kernelkit-bootstrap'

/**
 * Where /proc cannot be mounted in the tree (a container's root lacks CAP_SYS_ADMIN, bit 21), the systemd-tmpfiles of the
 * packages' scripts does nothing. It is run once more from outside, by the tree's own loader, so that the tree is the same
 * as elsewhere; /dev and /run do not get into an image.
 */
const tmpfilesHook = [
  '[ -x "$1/usr/bin/systemd-tmpfiles" ] || exit 0',
  "capabilities=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)",
  '[ $(((0x$capabilities >> 21) & 1)) = 0 ] || exit 0',
  'libraries=$(echo "$1"/usr/lib/*-linux-gnu "$1"/usr/lib/*-linux-gnu/systemd | tr " " :)',
  'for loader in "$1"/lib64/ld-linux*.so.* "$1"/lib/ld-linux*.so.*; do [ ! -x "$loader" ] || break; done',
  '"$loader" --library-path "$libraries" "$1/usr/bin/systemd-tmpfiles" --root="$1" --create --exclude-prefix=/dev --exclude-prefix=/run || true',
].join('; ')

/** mmdebstrap to a tar archive, which it sorts and dates by SOURCE_DATE_EPOCH: the same packages give the same bytes. */
export function mmdebstrapArgv(
  options: BootstrapOptions & { readonly mode: 'root' | 'unshare'; readonly output: string },
): readonly string[] {
  const { source, requested } = options
  return [
    'mmdebstrap',
    `--mode=${options.mode}`,
    // Essential packages and what is included, without apt.
    '--variant=essential',
    '--format=tar',
    `--architectures=${options.debianArch}`,
    `--include=${options.packages.join(',')}`,
    `--components=${source.components.join(',')}`,
    ...(source.keyring === undefined ? [] : [`--keyring=${source.keyring}`]),
    ...mergedUsrHook(options),
    // A tree that is packed and thrown away needs no fsync (dpkg(1)).
    '--dpkgopt=force-unsafe-io',
    ...leftOutPaths.map(([verb, path]) => `--dpkgopt=${verb}=${path}`),
    ...options.aptOptions.map((option) => `--aptopt=${option}`),
    ...(requested.length === 0
      ? []
      : // Early: the packages asked for are looked up as soon as the lists are there, before anything is installed.
        [`--extract-hook=APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get --simulate -q install ${requested.join(' ')} > /dev/null`]),
    `--customize-hook=${tmpfilesHook}`,
    source.suite,
    options.output,
    source.uri,
  ]
}

/** debootstrap to a directory, for hosts without mmdebstrap. */
export function debootstrapArgv(options: BootstrapOptions & { readonly target: string }): readonly string[] {
  const { source } = options
  return [
    'debootstrap',
    // Essential packages and apt only.
    '--variant=minbase',
    `--arch=${options.debianArch}`,
    `--include=${options.packages.join(',')}`,
    `--components=${source.components.join(',')}`,
    ...(source.keyring === undefined ? [] : [`--keyring=${source.keyring}`]),
    source.suite,
    options.target,
    source.uri,
  ]
}

/** Packs debootstrap's directory as mmdebstrap packs its own: sorted, no owner names, nothing newer than the epoch. */
export function packTreeArgv({
  tree,
  output,
  epoch,
}: {
  readonly tree: string
  readonly output: string
  readonly epoch: number
}): readonly string[] {
  // prettier-ignore
  return [
    'tar',
    '-C', tree,
    '--sort=name', '--format=pax', '--numeric-owner', '--one-file-system',
    // pax headers would hold the host's access and change times.
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    `--mtime=@${epoch}`, '--clamp-mtime',
    '--xattrs', '--xattrs-include=*',
    ...['./usr/share/man', './usr/share/info', './usr/share/locale'].map((path) => `--exclude=${path}/*`),
    '--exclude=./dev/*',
    '-cf', output,
    '.',
  ]
}
