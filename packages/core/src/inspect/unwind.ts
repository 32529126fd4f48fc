import { readWord, type AddressSpace } from './address-space.ts'
import { orcRegisters, type OrcEntry, type OrcTable } from './orc.ts'

/** Where a stack is read from. */
export interface StackStart {
  readonly ip: bigint
  readonly sp: bigint
  readonly bp: bigint
  /** The other registers, as far as they are known. */
  readonly general?: Readonly<Record<string, bigint>> | undefined
}

export interface StackFrame {
  /** Address in the guest. */
  readonly address: bigint
  /** It is that of the next instruction, not the one after a call. */
  readonly exact: boolean
  /** Found by looking for return addresses: it may be left from an earlier call. */
  readonly guessed: boolean
}

/** A stack of the kernel, innermost first. */
export interface Stack {
  readonly frames: readonly StackFrame[]
  /** A program that was interrupted or called the kernel. */
  readonly program: { readonly ip: bigint; readonly sp: bigint } | undefined
}

export interface UnwindOptions {
  readonly space: AddressSpace
  /** What the stack looks like at an address of the guest; absent for a kernel without such tables. */
  readonly orc: OrcTable | undefined
  /** The address is one of the kernel's code, or of a module's. */
  readonly isCode: (address: bigint) => boolean
  readonly wordBytes: 4 | 8
}

const mostFrames = 64

/** Follows a stack; frames by ORC are sure, without it (32 bits, other unwinders) every word that can be a return address is a guess. */
export async function unwind(start: StackStart, options: UnwindOptions): Promise<Stack> {
  const first: StackFrame = { address: start.ip, exact: true, guessed: false }
  if (!options.isCode(start.ip)) return { frames: [first], program: undefined }
  const { orc, wordBytes } = options
  if (orc === undefined || wordBytes === 4) return { frames: [first, ...(await scan(start.sp, options))], program: undefined }
  const frames = [first]
  let state: State = { ...start, full: true, signal: true }
  while (frames.length < mostFrames) {
    const entry = orc.at(state.ip - (state.signal ? 0n : 1n))
    const next = entry === undefined ? undefined : await step(options.space, state, entry).catch(() => undefined)
    if (next === 'end') break
    if (next === undefined) return { frames: [...frames, ...(await scan(state.sp, options))], program: undefined }
    if (next.inProgram) return { frames, program: { ip: next.state.ip, sp: next.state.sp } }
    state = next.state
    frames.push({ address: state.ip, exact: state.signal, guessed: false })
  }
  return { frames, program: undefined }
}

interface State extends StackStart {
  /** `general` is what it was at this frame. */
  readonly full: boolean
  /** It was interrupted here. */
  readonly signal: boolean
}

interface Step {
  readonly state: State
  readonly inProgram: boolean
}

// struct pt_regs of arch/x86/include/asm/ptrace.h, 64 bits.
const ptRegs = { r13: 16n, bp: 32n, r10: 56n, dx: 96n, di: 112n, ip: 128n, cs: 136n, sp: 152n } as const

async function step(space: AddressSpace, state: State, entry: OrcEntry): Promise<Step | 'end' | undefined> {
  if (entry.type === 'end') return 'end'
  if (entry.type === 'unknown') return undefined
  const word = (at: bigint): Promise<bigint> => readWord(space, at, 8)
  const sp = await previousSp(word, state, entry)
  if (sp === undefined) return undefined
  const next = await returnPlace(word, sp, entry)
  if (next.ip === 0n) return 'end'
  const bp = await previousBp(word, { state, entry, sp, saved: next.bp })
  return {
    state: { ip: next.ip, sp: next.sp, bp, general: next.general, full: next.general !== undefined, signal: entry.type !== 'call' },
    inProgram: next.inProgram,
  }
}

type ReadOne = (at: bigint) => Promise<bigint>

async function previousSp(word: ReadOne, { sp, bp, general, full }: State, { spReg, spOffset }: OrcEntry): Promise<bigint | undefined> {
  const offset = BigInt(spOffset)
  const known = (name: string): bigint | undefined => (full ? general?.[name] : undefined)
  const from = (value: bigint | undefined): bigint | undefined => (value === undefined ? undefined : value + offset)
  switch (spReg) {
    case orcRegisters.sp:
      return sp + offset
    case orcRegisters.bp:
      return bp + offset
    case orcRegisters.spIndirect:
      return (await word(sp)) + offset
    case orcRegisters.bpIndirect:
      return word(bp + offset)
    case orcRegisters.r10:
      return from(known('r10'))
    case orcRegisters.r13:
      return from(known('r13'))
    case orcRegisters.di:
      return from(known('rdi'))
    case orcRegisters.dx:
      return from(known('rdx'))
    default:
      return undefined
  }
}

interface ReturnPlace {
  readonly ip: bigint
  readonly sp: bigint
  readonly bp: bigint | undefined
  readonly general: Readonly<Record<string, bigint>> | undefined
  readonly inProgram: boolean
}

async function returnPlace(word: ReadOne, sp: bigint, { type }: OrcEntry): Promise<ReturnPlace> {
  if (type === 'call') return { ip: await word(sp - 8n), sp, bp: undefined, general: undefined, inProgram: false }
  // A partial frame is the end of a whole one: what the CPU itself has saved.
  const base = type === 'regs' ? sp : sp - ptRegs.ip
  const at = (name: keyof typeof ptRegs): Promise<bigint> => word(base + ptRegs[name])
  const inProgram = ((await at('cs')) & 3n) === 3n
  const general = type === 'regs' ? { r10: await at('r10'), r13: await at('r13'), rdi: await at('di'), rdx: await at('dx') } : undefined
  return { ip: await at('ip'), sp: await at('sp'), bp: type === 'regs' ? await at('bp') : undefined, general, inProgram }
}

async function previousBp(
  word: ReadOne,
  { state, entry, sp, saved }: { readonly state: State; readonly entry: OrcEntry; readonly sp: bigint; readonly saved: bigint | undefined },
): Promise<bigint> {
  if (entry.bpReg === orcRegisters.prevSp) return word(sp + BigInt(entry.bpOffset))
  if (entry.bpReg === orcRegisters.bp) return word(state.bp + BigInt(entry.bpOffset))
  return saved ?? state.bp
}

// THREAD_SIZE with KASAN (arch/x86/include/asm/page_64_types.h).
const mostStackBytes = 32 * 1024
const callBytes = 5n

/** Every word of the rest of the stack that is an address right after a call. */
async function scan(sp: bigint, { space, isCode, wordBytes }: UnwindOptions): Promise<readonly StackFrame[]> {
  const frames: StackFrame[] = []
  const end = sp + BigInt(mostStackBytes)
  for (let at = sp - (sp % BigInt(wordBytes)); at < end && frames.length < mostFrames; at += BigInt(wordBytes)) {
    // A stack ends where nothing is mapped.
    const value = await readWord(space, at, wordBytes).catch(() => undefined)
    if (value === undefined) break
    if (isCode(value) && (await isAfterCall(space, value))) frames.push({ address: value, exact: false, guessed: true })
  }
  return frames
}

/** `call rel32`, `call *reg`, `call *mem` (Intel SDM 2A, CALL). */
async function isAfterCall(space: AddressSpace, address: bigint): Promise<boolean> {
  const bytes = await space.read(address - callBytes - 2n, 7).catch(() => undefined)
  if (bytes === undefined) return false
  const isIndirect = (at: number): boolean => bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0x38) === 0x10
  return bytes[2] === 0xe8 || isIndirect(5) || isIndirect(4) || isIndirect(1) || isIndirect(0)
}
