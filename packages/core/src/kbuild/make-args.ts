import type { Arch } from '../arch/index.ts'

export interface MakeOptions {
  readonly arch: Pick<Arch, 'kernelArch'>
  readonly source: string
  /** Build directory; the source itself for a build in the tree. */
  readonly build: string
  /** Compiler program, such as `gcc-12` or `clang`. */
  readonly compiler: string
  readonly ccache: boolean
  /** `VAR=VALUE` words of the user: they win over ours. */
  readonly variables: readonly (readonly [name: string, value: string])[]
  /** Suffix of the release that git would have given; kbuild must not ask git again. */
  readonly localVersion: string
  /** BTF is wanted: pahole is needed. */
  readonly btf: boolean
  /** Rust code is wanted: rustc is needed. */
  readonly rust: boolean
  readonly jobs?: number
}

/** Fixed, so that the same input gives the same bytes on every machine (Documentation/kbuild/reproducible-builds.rst). */
const fixed: readonly (readonly [string, string])[] = [
  ['KBUILD_BUILD_TIMESTAMP', 'Thu Jan  1 00:00:00 UTC 1970'],
  ['KBUILD_BUILD_USER', 'kernelkit'],
  ['KBUILD_BUILD_HOST', 'kernelkit'],
  ['KBUILD_BUILD_VERSION', '1'],
]

/** The whole command line of one make run. */
export function makeArgv(options: MakeOptions, targets: readonly string[]): readonly string[] {
  const jobs = options.jobs === undefined ? [] : [`-j${options.jobs}`]
  const output = options.build === options.source ? [] : [`O=${options.build}`]
  return [
    'make',
    '-C',
    options.source,
    ...output,
    ...jobs,
    ...makeVariables(options).map(([name, value]) => `${name}=${value}`),
    ...targets,
  ]
}

/** Every variable of the build, the user's in place of ours. */
function makeVariables(options: MakeOptions): readonly (readonly [string, string])[] {
  const own = new Map(options.variables)
  const maps = prefixMaps(options).join(' ')
  const ours: readonly (readonly [string, string])[] = [
    ['ARCH', options.arch.kernelArch],
    ...compilerVariables(options),
    ...fixed,
    ['LOCALVERSION', options.localVersion],
    // Tools that nothing asked for: found on the host, their versions would get into the configuration, and with it into the kernel (IKCONFIG).
    ...(options.btf ? [] : ([['PAHOLE', 'false']] as const)),
    ...(options.rust ? [] : ([['RUSTC', 'false']] as const)),
    ['KCFLAGS', joinFlags(maps, own.get('KCFLAGS'))],
    ['KAFLAGS', joinFlags(maps, own.get('KAFLAGS'))],
  ]
  const merged = ours.map(([name, value]) => [name, name === 'KCFLAGS' || name === 'KAFLAGS' ? value : (own.get(name) ?? value)] as const)
  const names = new Set(ours.map(([name]) => name))
  return [...merged, ...options.variables.filter(([name]) => !names.has(name))]
}

/** No path of this machine gets into the kernel: names come out relative to the tree. gcc lets the last matching map win. */
function prefixMaps({ source, build }: Pick<MakeOptions, 'source' | 'build'>): readonly string[] {
  const ofSource = [`-ffile-prefix-map=${source}=.`, `-ffile-prefix-map=${source}/=`]
  // ccache makes paths relative to the build directory, and so does kbuild when that is in the tree.
  return build === source ? ofSource : [...ofSource, `-ffile-prefix-map=${relativePath(build, source)}/=`, `-ffile-prefix-map=${build}=.`]
}

/** `../src` from `/a/b` to `/a/src`. */
function relativePath(from: string, to: string): string {
  const [start, end] = [from, to].map((path) => path.split('/').filter((part) => part !== ''))
  if (start === undefined || end === undefined) return to
  const shared = sharedParts(start, end)
  return [...start.slice(shared).map(() => '..'), ...end.slice(shared)].join('/')
}

function sharedParts(a: readonly string[], b: readonly string[]): number {
  const different = a.findIndex((part, index) => part !== b[index])
  return different === -1 ? a.length : different
}

/** The deepest directory that holds both. */
export function commonDirectory(a: string, b: string): string {
  const parts = a.split('/').filter((part) => part !== '')
  return `/${parts
    .slice(
      0,
      sharedParts(
        parts,
        b.split('/').filter((part) => part !== ''),
      ),
    )
    .join('/')}`
}

function compilerVariables({ compiler, ccache }: MakeOptions): readonly (readonly [string, string])[] {
  const wrap = (program: string) => (ccache ? `ccache ${program}` : program)
  const clang = /(?:^|\/)clang(-\d+)?$/.exec(compiler)
  if (clang === null)
    return [
      ['CC', wrap(compiler)],
      ['HOSTCC', wrap('gcc')],
    ]
  return [
    ['LLVM', clang[1] ?? '1'],
    ['CC', wrap(compiler)],
    ['HOSTCC', wrap(compiler)],
  ]
}

function joinFlags(...flags: readonly (string | undefined)[]): string {
  return flags.filter((flag) => flag !== undefined && flag !== '').join(' ')
}
