import { hostArch, parseArch } from '@kernelkit/core/arch'
import { parseKernelSpec } from '@kernelkit/core/options/build'
import { type RawOptions } from '@kernelkit/core/options'
import { nodeHost } from '@kernelkit/host'
import { inputRows as bakeRows } from '../../actions/bake-image/src/inputs.ts'
import { parseWantedImage } from '../../actions/bake-image/src/wanted-image.ts'
import { inputRows as bootRows, parseBootRequest } from '../../actions/boot-vm/src/inputs.ts'
import { inputRows as buildRows } from '../../actions/build-kernel/src/inputs.ts'
import { chooseStages } from '../../actions/one-step/src/stages.ts'
import { inputRows as setupRows } from '../../actions/setup-kvm/src/inputs.ts'
import { readSetup } from '../../actions/setup-kvm/src/read-setup.ts'
import { readInputs, type InputRow } from '../../packages/action-kit/src/inputs.ts'

/** Reads the inputs of a step as its action does; throws what the action would say of them. */
export type InputReader = (inputs: Readonly<Record<string, string>>) => void

function reader(rows: readonly InputRow[], parse: (raw: RawOptions) => unknown): InputReader {
  return (inputs) => {
    parse(readInputs(Object.fromEntries(Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text])), rows))
  }
}

/** A GitHub runner's. */
const host = { ...nodeHost(), nodeArch: 'x64' }

/** The parsers of our actions by their names. */
export const inputReaders: ReadonlyMap<string, InputReader> = new Map([
  ['setup-kvm', reader(setupRows, (inputs) => readSetup({ host, inputs }))],
  ['build-kernel', reader(buildRows, (raw) => parseKernelSpec(raw, [], { arch: parseArch(hostArch(host.nodeArch)) }))],
  ['bake-image', reader(bakeRows, (raw) => parseWantedImage(host, raw))],
  ['one-step', (inputs) => void chooseStages(inputs)],
  ['boot-vm', reader(bootRows, (raw) => parseBootRequest(raw, []))],
])
