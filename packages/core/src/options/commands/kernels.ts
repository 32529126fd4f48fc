import { parseArch, type ArchName } from '../../arch/index.ts'
import { UserError, message } from '../../errors/index.ts'
import { parseMirror } from '../vm/vm-root.ts'
import { readOption, type RawOptions } from '../given.ts'

/** Which kernels are asked for. */
export interface KernelsSpec {
  /** Word or package, with `*` and `?`; absent: all. */
  readonly glob: string | undefined
  readonly arch: ArchName
  readonly mirror: string | undefined
}

/** Words and options of `kernelkit kernels`. */
export function parseKernelsSpec(args: readonly string[], raw: RawOptions, defaults: { readonly hostArch: ArchName }): KernelsSpec {
  const [glob, ...rest] = args
  if (rest.length > 0) {
    throw new UserError('BAD_OPTION', message`kernels takes one pattern, not '${args.join(' ')}'.`, {
      hint: "Quote it, so that the shell does not expand it: kernelkit kernels 'debian:*/cloud'.",
      details: { seen: args.join(' ') },
    })
  }
  return {
    glob,
    arch: readOption(raw, 'arch', (name) => parseArch(name).name) ?? defaults.hostArch,
    mirror: readOption(raw, 'mirror', parseMirror),
  }
}
