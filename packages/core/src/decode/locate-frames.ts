import { framesToDecode } from './decode-report.ts'
import { isNameless, type FoundFrame } from '../report/frame.ts'
import type { KernelReport } from '../report/report.ts'
import { compareKernels, type ExecutableFacts } from './same-kernel.ts'
import type { SymbolTable } from './symbol-table.ts'

/** A frame and the instruction of the executable that it stands for. */
export interface LocatedFrame {
  /** With its name, where the log printed an address only. */
  readonly frame: FoundFrame
  readonly address: bigint
}

export interface LocatedReport {
  readonly frames: ReadonlyMap<FoundFrame, LocatedFrame>
  /** Why the executable is not the kernel that printed the report; no frame is located then. */
  readonly otherBuild: string | undefined
}

/** Where in an executable the frames of a report are. */
export function locateFrames(report: KernelReport, executable: ExecutableFacts & { readonly symbols: SymbolTable }): LocatedReport {
  const { symbols } = executable
  const frames = new Map<FoundFrame, LocatedFrame>()
  const kernel = report.evidence?.kernel ?? {}
  const comparison = compareKernels(kernel, executable)
  if (comparison?.isSame === false) return { frames, otherBuild: comparison.why }
  const elsewhere = new Set<string>()
  for (const frame of framesToDecode(report)) {
    // In a file of its own.
    if (frame.module !== undefined) continue
    const address = isNameless(frame) ? undefined : symbols.locate(frame)
    if (address === 'elsewhere') elsewhere.add(frame.function)
    else if (address !== undefined) frames.set(frame, { frame, address })
    else if (isNameless(frame) && kernel.offset !== undefined) {
      const found = locateNameless(frame, { symbols, offset: kernel.offset })
      if (found !== undefined) frames.set(frame, found)
    }
  }
  // Sizes tell builds apart that call themselves the same; some functions are no part of any file (BPF, trampolines).
  const known = new Set([...frames.keys()].map((frame) => frame.function))
  const isOther = elsewhere.size > known.size && (kernel.buildId === undefined || comparison === undefined)
  if (!isOther) return { frames, otherBuild: undefined }
  return {
    frames: new Map(),
    otherBuild: `${elsewhere.size} of the ${elsewhere.size + known.size} functions in its trace are of another size or missing there, such as ${[...elsewhere][0] ?? ''}`,
  }
}

function locateNameless(frame: FoundFrame, kernel: { readonly symbols: SymbolTable; readonly offset: number }): LocatedFrame | undefined {
  const address = BigInt(frame.function) - BigInt(kernel.offset)
  const found = kernel.symbols.at(frame.exact === true ? address : address - 1n)
  if (found === undefined) return undefined
  const offset = frame.exact === true ? found.offset : found.offset + 1
  return { frame: { ...frame, function: found.function, offset }, address: frame.exact === true ? address : address - 1n }
}
