import { join } from 'node:path'
import type { InitrdSpec } from '@kernelkit/core/options'
import type { RunStep, Step } from '@kernelkit/core/plan'
import { compileStaticArgv } from './compile-static.ts'

export type SourceKind = 'directory' | 'executable' | 'c-file'

export interface InitrdStepOptions {
  readonly kind: SourceKind
  readonly spec: Pick<InitrdSpec, 'arch' | 'compression'>
  /** Absolute. */
  readonly source: string
  /** Absolute. */
  readonly out: string
  /** A directory of this run. */
  readonly work: string
  /** `process.arch` of the compiler's machine. */
  readonly nodeArch: string
}

/** What makes an initramfs: /init, unless it is in the directory already, and the archive. */
export function initrdSteps({ kind, spec, source, out, work, nodeArch }: InitrdStepOptions): readonly Step[] {
  const { arch, compression } = spec
  const to = { kind: 'pack', to: out, compression } as const
  if (kind === 'directory') return [{ ...to, why: 'every member, as root has it', from: source, console: false }]
  const root = join(work, 'root')
  const init = join(root, 'init')
  const mode = 0o755
  const program: readonly Step[] =
    kind === 'executable'
      ? [{ kind: 'copy', why: 'the program under the name that the kernel starts', from: source, to: init, mode }]
      : [compileStep({ source, init, arch, nodeArch }), { kind: 'run', why: 'whatever the umask says', argv: ['chmod', '755', init] }]
  return [
    { kind: 'mkdir', why: 'the members of the archive', path: root },
    ...program,
    { ...to, why: 'the archive, with the console that the kernel opens for /init', from: root, console: true },
  ]
}

function compileStep({
  source,
  init,
  arch,
  nodeArch,
}: Pick<InitrdStepOptions, 'source' | 'nodeArch'> & Pick<InitrdSpec, 'arch'> & { readonly init: string }): RunStep {
  return { kind: 'run', why: 'one static program', argv: compileStaticArgv({ source, arch, out: init }, nodeArch), env: { LC_ALL: 'C' } }
}
