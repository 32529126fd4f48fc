import { basename, dirname } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { lastLines, type Host, type RunResult } from '@kernelkit/host'

export interface CompileOptions {
  readonly source: string
  readonly arch: Arch
  readonly out: string
}

/** The command that makes one static program of a C file. */
export function compileStaticArgv({ source, arch, out }: CompileOptions, nodeArch: string): readonly string[] {
  const isNative = arch.nativeHosts.includes(nodeArch)
  return [
    isNative ? 'gcc' : `${arch.crossPrefix}gcc`,
    ...(isNative ? arch.compilerFlags : []),
    '-static',
    '-O2',
    '-Wall',
    // The same bytes from any directory (assert and debug info hold file names).
    `-ffile-prefix-map=${dirname(source)}=.`,
    '-o',
    out,
    source,
  ]
}

/** Of apt, for a compiler that is missing. */
export function compilerPackages(arch: Arch, nodeArch: string): string {
  return arch.nativeHosts.includes(nodeArch) ? 'gcc libc6-dev' : `gcc-${arch.crossPrefix.replace(/-$/, '')}`
}

/** Logs the compiler's warnings; throws `INITRD_COMPILE` with its output when it failed. */
export function checkCompiled(
  host: Pick<Host, 'log' | 'nodeArch'>,
  { exitCode, stderr }: Pick<RunResult, 'exitCode' | 'stderr'>,
  { argv, source, arch }: { readonly argv: readonly string[]; readonly source: string; readonly arch: Arch },
): void {
  if (exitCode === 0) {
    for (const line of stderr.split('\n')) if (line !== '') host.log.warn(line)
    return
  }
  const lacksLibc =
    /cannot find -lc\b|cannot find -lgcc|skipping incompatible .*lib(?:c|gcc)|gnu\/stubs-32\.h|bits\/libc-header-start\.h|sys\/cdefs\.h: No such file|crt1\.o/.test(
      stderr,
    )
  const packages = arch.wordBits === 32 && arch.nativeHosts.includes(host.nodeArch) ? 'gcc-multilib' : 'libc6-dev'
  throw new UserError(
    'INITRD_COMPILE',
    `${basename(source)} does not compile to a static program for ${arch.name}.\n${lastLines(stderr)}`,
    {
      hint: lacksLibc
        ? `Install the static C library for ${arch.name}: \`apt-get install ${packages}\`.`
        : 'Fix what the compiler reports.',
      details: { argv, exitCode },
    },
  )
}
