import type { Arch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** The compiler and linker of a build, and their versions: both shape the kernel. */
export interface Toolchain {
  readonly compiler: string
  readonly compilerVersion: string
  readonly linkerVersion: string
  readonly ccache: boolean
}

export interface ToolchainOptions {
  readonly arch: Arch
  readonly compiler: string
  readonly variables: readonly (readonly [name: string, value: string])[]
}

/** Find compiler and linker and ask them for their versions. */
export async function findToolchain(host: Host, { arch, compiler, variables }: ToolchainOptions): Promise<Toolchain> {
  const own = new Map(variables)
  const isGcc = /^gcc(?:-[\d.]+)?$/.test(compiler)
  const isNative = arch.nativeHosts.includes(host.nodeArch)
  const prefix = own.get('CROSS_COMPILE') ?? (isNative ? '' : arch.crossPrefix)
  const program = isGcc ? `${prefix}${compiler}` : compiler
  const clang = /(?:^|\/)clang(-\d+)?$/.exec(compiler)
  const linker = own.get('LD') ?? (clang === null ? `${prefix}ld` : `ld.lld${clang[1] ?? ''}`)
  if ((await host.which(program)) === undefined) {
    throw new UserError(
      'BAD_COMPILER',
      `the compiler '${program}' is not on PATH${isNative ? '' : `; this machine's own compiler does not build for ${arch.name}`}.`,
      {
        hint: `Run \`apt-get install ${packageOf(program, arch, isNative)}\`.`,
        details: { compiler: program },
      },
    )
  }
  const [compilerVersion, machine, linkerVersion, ccache] = await Promise.all([
    versionOf(host, [program, '--version']),
    versionOf(host, [program, '-dumpmachine']),
    versionOf(host, [linker, '--version']),
    host.which('ccache'),
  ])
  return {
    compiler: program,
    compilerVersion: `${compilerVersion} ${machine}`,
    linkerVersion,
    ccache: ccache !== undefined && host.env['CCACHE_DISABLE'] === undefined,
  }
}

async function versionOf(host: Host, argv: readonly string[]): Promise<string> {
  const { stdout } = await host.run(argv, { env: { LC_ALL: 'C' } })
  return stdout.split('\n')[0]?.trim() ?? ''
}

function packageOf(program: string, arch: Arch, isNative: boolean): string {
  if (isNative || program.startsWith('clang'))
    return program.startsWith('clang') ? `${program} lld${program.slice('clang'.length)}` : program
  return `gcc-${arch.crossPrefix.replace(/-$/, '').replace('_', '-')}`
}
