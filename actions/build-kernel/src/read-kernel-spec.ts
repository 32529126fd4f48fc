import { readOptions, type Action } from '@kernelkit/action-kit'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { UserError, message, option } from '@kernelkit/core/errors'
import { isMakeWord } from '@kernelkit/core/kbuild'
import { listOption, type KernelSpec, type RawOptions } from '@kernelkit/core/options'
import { parseKernelSpec } from '@kernelkit/core/options/build'

/** Inputs and kernelkit.yaml to what is built. */
export async function readKernelSpec(action: Pick<Action, 'host' | 'inputs' | 'readAlso' | 'workspace'>): Promise<KernelSpec> {
  const { host, inputs } = action
  const words = makeWords(inputs)
  const { options } = await readOptions(action, { block: 'kernel', command: 'build', words })
  return parseKernelSpec(options, words, { arch: parseArch(hostArch(host.nodeArch)) })
}

/** The input `make`: as words of the command, where a word without `=` would be the source. */
function makeWords(inputs: RawOptions): readonly string[] {
  const words = listOption(inputs, 'make')
  const wrong = words.find((word) => !isMakeWord(word))
  if (wrong === undefined) return words
  throw new UserError('BAD_INPUT', message`${option('make')} has the line '${wrong}'; allowed: make variables, NAME=VALUE, one a line.`, {
    hint: message`Leave out targets, which the action chooses, and name the source in ${option('source')}.`,
    details: { input: 'make', seen: wrong },
  })
}
