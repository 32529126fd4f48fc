import { repositoryPath, type CodePlace, type SymbolTable } from '@kernelkit/core/decode'
import type { StackFrame } from '@kernelkit/core/inspect'
import type { Host } from '@kernelkit/host'
import type { GuestModules } from './guest-modules.ts'
import type { OpenKernel } from './open-kernel.ts'

/** A function on a stack; an inlined one is a call of its own, with the frame that it is in. */
export interface SeenCall {
  readonly address: bigint
  /** Absent without symbols. */
  readonly function: string | undefined
  /** The module that it is in. */
  readonly module: string | undefined
  readonly offset: number | undefined
  readonly source: string | undefined
  readonly line: number | undefined
  readonly guessed: boolean
  readonly inlined: boolean
}

interface DescribeInput {
  readonly kernel: OpenKernel
  readonly modules: GuestModules | undefined
  readonly source: string | undefined
  readonly signal: AbortSignal | undefined
  readonly frames: readonly StackFrame[]
}

/** Functions and lines of all frames, asked for at once. */
export async function describeCalls(
  host: Host,
  { kernel, modules, source, signal, frames }: DescribeInput,
): Promise<(frame: StackFrame) => readonly SeenCall[]> {
  const { vmlinux, place } = kernel
  const none = { function: undefined, module: undefined, offset: undefined, source: undefined, line: undefined, inlined: false }
  if (vmlinux === undefined || place === undefined) return ({ address, guessed }) => [{ ...none, address, guessed }]
  const { openVmlinux } = await import('@kernelkit/host/symbolise')
  const { symboliser, tree } = vmlinux.path === undefined ? {} : await openVmlinux(host, { path: vmlinux.path, signal })
  // A return address is that of the instruction after the call.
  const placeOf = ({ address, exact }: StackFrame): bigint => address - place.slide - (exact ? 0n : 1n)
  const asked = [...new Set(frames.map(placeOf))].filter((address) => vmlinux.symbols.at(address) !== undefined)
  const answers = (await symboliser?.ask(asked).catch(() => [])) ?? []
  await symboliser?.[Symbol.asyncDispose]()
  const places = new Map(asked.map((address, index) => [address, answers[index] ?? []]))
  // In the guest: a module has an address of its own.
  const own = ({ address, exact }: StackFrame): bigint => address - (exact ? 0n : 1n)
  const inModules = [...new Set(frames.map(own))].filter((address) => modules?.at(address) !== undefined)
  const modulePlaces = await modules?.lines(inModules).catch(() => undefined)
  const trees = [tree, source].filter((one) => one !== undefined)
  return (frame) => {
    const { address, guessed } = frame
    const inside = modules?.at(own(frame))
    const at = atFrame(inside ?? vmlinux.symbols.at(placeOf(frame)), frame)
    const found = (inside === undefined ? places.get(placeOf(frame)) : modulePlaces?.get(own(frame))) ?? []
    const module = inside?.module ?? (at === undefined ? modules?.ownerOf(own(frame)) : undefined)
    if (found.length === 0) return [{ ...none, module, address, guessed, function: at?.function, offset: at?.offset }]
    return found.map((one, index) => ({
      address,
      module,
      guessed,
      function: index === found.length - 1 ? (at?.function ?? one.function) : one.function,
      offset: index === found.length - 1 ? at?.offset : undefined,
      ...lineOf(one, trees),
      inlined: index < found.length - 1,
    }))
  }
}

/** As the kernel writes it: the offset is that of the address itself. */
function atFrame(found: ReturnType<SymbolTable['at']>, { exact }: StackFrame): ReturnType<SymbolTable['at']> {
  return found === undefined ? undefined : { function: found.function, offset: found.offset + (exact ? 0 : 1) }
}

/** A symboliser that knows no line says so with question marks. */
function lineOf({ source, line }: CodePlace, trees: readonly string[]): Pick<SeenCall, 'source' | 'line'> {
  if (source === '' || source.startsWith('?')) return { source: undefined, line: undefined }
  return { source: repositoryPath(source, { maps: [], trees }), line }
}
