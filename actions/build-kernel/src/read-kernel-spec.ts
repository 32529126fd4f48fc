import { readOptions, type Action } from '@kernelkit/action-kit'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { isMakeWord } from '@kernelkit/core/kbuild'
import { parseKernelSpec, type KernelSpec, type RawOptions } from '@kernelkit/core/options'

/** Inputs and kernelkit.yaml to what is built. */
export async function readKernelSpec(action: Action): Promise<KernelSpec> {
  const { host, inputs } = action
  const words = makeWords(inputs)
  const options = await readOptions(action, { block: 'kernel', command: 'build', words })
  return parseKernelSpec(options, words, { arch: parseArch(hostArch(host.nodeArch)) })
}

/** The input `make`: as words of the command, where a word without `=` would be the source. */
function makeWords(inputs: RawOptions): readonly string[] {
  const { make } = inputs
  const words = Array.isArray(make) ? make.filter((word) => typeof word === 'string') : []
  const wrong = words.find((word) => !isMakeWord(word))
  if (wrong === undefined) return words
  throw new UserError('BAD_INPUT', `the input make has the line '${wrong}'; allowed: make variables, NAME=VALUE, one a line.`, {
    hint: 'targets are chosen by the action; the source is the input source.',
    details: { input: 'make', seen: wrong },
  })
}
