import type { Host } from '@kernelkit/host'

export interface CodeToolsOptions {
  /** BTF is wanted. */
  readonly btf: boolean
  /** Rust code is wanted. */
  readonly rust: boolean
  readonly variables: readonly (readonly [name: string, value: string])[]
}

/**
 * Programs in addition to the compiler that shape a kernel whose configuration asks for them, with their versions: `pahole` writes BTF, `rustc` and `bindgen`
 * compile Rust. Without them kconfig answers differently, so their absence counts too.
 */
export async function codeToolVersions(host: Pick<Host, 'run' | 'which'>, options: CodeToolsOptions): Promise<readonly string[]> {
  const own = new Map(options.variables)
  const programs = [...(options.btf ? [own.get('PAHOLE') ?? 'pahole'] : []), ...(options.rust ? ['rustc', 'bindgen'] : [])]
  return Promise.all(
    programs.map(async (program) => {
      if ((await host.which(program)) === undefined) return `${program}: none`
      const { stdout, exitCode } = await host.run([program, '--version'], { env: { LC_ALL: 'C' }, reject: false })
      return `${program}: ${exitCode === 0 ? (stdout.split('\n')[0]?.trim() ?? '') : 'none'}`
    }),
  )
}
