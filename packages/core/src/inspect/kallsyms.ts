import type { SymbolTable } from '../decode/symbol-table.ts'
import { viewOf } from './address-space.ts'

/** Symbols out of the memory of a kernel, and where it is. */
export interface OwnSymbols {
  /** At the addresses of its vmlinux. */
  readonly symbols: SymbolTable
  /** Added to those (KASLR). */
  readonly slide: bigint
}

// A byte of its own for each of 256 tokens, as scripts/kallsyms.c writes them.
const tokenCount = 256
// An allyesconfig has half a million.
const mostSymbols = 2 ** 21
const mostNameBytes = 2 ** 25

/**
 * Decodes the kernel's own list of symbols (CONFIG_KALLSYMS, kernel/kallsyms.c), whose places VMCOREINFO has since Linux 6.0. `read` takes addresses of
 * the kernel. `undefined` for a kernel whose note lacks them.
 */
export async function readKallsyms(
  note: string,
  read: (address: bigint, length: number) => Promise<Uint8Array>,
): Promise<OwnSymbols | undefined> {
  const symbolOf = (name: string): bigint | undefined => {
    const digits = new RegExp(`^SYMBOL\\(${name}\\)=([0-9a-f]{1,16})$`, 'm').exec(note)?.[1]
    return digits === undefined ? undefined : BigInt(`0x${digits}`)
  }
  const places = ['names', 'num_syms', 'token_table', 'token_index', 'offsets', 'relative_base'].map((name) => symbolOf(`kallsyms_${name}`))
  const [names, number, table, index, offsets, base] = places
  const start = symbolOf('_stext')
  const slide = BigInt(`0x${/^KERNELOFFSET=([0-9a-f]{1,16})$/m.exec(note)?.[1] ?? '0'}`)
  const isKnown = names !== undefined && number !== undefined && table !== undefined && index !== undefined
  if (!isKnown || offsets === undefined || start === undefined) return undefined
  const count = viewOf(await read(number, 4)).getUint32(0, true)
  // The tables are in this order.
  const [nameBytes, tokenBytes] = [Number(table - names), Number(index - table)]
  if (count > mostSymbols || nameBytes <= 0 || nameBytes > mostNameBytes || tokenBytes <= 0 || tokenBytes > 2 ** 16) return undefined
  const tokens = readTokens(await read(table, tokenBytes), viewOf(await read(index, tokenCount * 2)))
  const all = readNames(await read(names, nameBytes), tokens, count)
  const placesOf = viewOf(await read(offsets, count * 4))
  // Since Linux 7.0 there is no base: each counts from its own place (offset_to_ptr of include/linux/compiler.h).
  const fromItself = (at: number): bigint => offsets + BigInt(at * 4 + placesOf.getInt32(at * 4, true))
  const relativeTo = base === undefined ? 0n : viewOf(await read(base, 8)).getBigUint64(0, true)
  // With KALLSYMS_ABSOLUTE_PERCPU (before 6.15) what is positive is the address itself, and the rest counts backwards.
  const backwards = (at: number): bigint => {
    const offset = placesOf.getInt32(at * 4, true)
    return offset >= 0 ? BigInt(offset) : relativeTo - 1n - BigInt(offset)
  }
  const forwards = (at: number): bigint => relativeTo + BigInt(placesOf.getUint32(at * 4, true))
  const known = all.findIndex((name) => name.slice(1) === '_stext')
  const addressAt = (base === undefined ? [fromItself] : [backwards, forwards]).find((one) => known >= 0 && one(known) === start)
  return addressAt === undefined ? undefined : { symbols: tableOf(all, (at) => linked(addressAt(at), slide)), slide }
}

/** Variables of each CPU have small numbers, which the kernel's place does not change. */
function linked(address: bigint, slide: bigint): bigint {
  return address < 1n << 63n ? address : address - slide
}

function readTokens(table: Uint8Array, index: DataView): readonly string[] {
  return Array.from({ length: tokenCount }, (_, token) => {
    const from = index.getUint16(token * 2, true)
    const end = table.indexOf(0, from)
    return new TextDecoder('latin1').decode(table.subarray(from, end < 0 ? table.length : end))
  })
}

/** Each with its type in front, as nm(1) has it. */
function readNames(bytes: Uint8Array, tokens: readonly string[], count: number): readonly string[] {
  const all: string[] = []
  for (let at = 0; all.length < count && at < bytes.length;) {
    let length = bytes[at++] ?? 0
    // A long name has its length in two bytes (since 6.1).
    if (length >= 0x80) length = (length & 0x7f) | ((bytes[at++] ?? 0) << 7)
    let name = ''
    for (const end = at + length; at < end; at += 1) name += tokens[bytes[at] ?? 0] ?? ''
    all.push(name)
  }
  return all
}

function tableOf(all: readonly string[], addressAt: (index: number) => bigint): SymbolTable {
  const addresses = new Map<string, bigint>()
  const functions: { readonly address: bigint; readonly name: string }[] = []
  for (const [index, typed] of all.entries()) {
    const [name, address] = [typed.slice(1), addressAt(index)]
    if (!addresses.has(name)) addresses.set(name, address)
    if (/^[TtWw]/.test(typed)) functions.push({ address, name })
  }
  functions.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
  const at = (address: bigint): ReturnType<SymbolTable['at']> => {
    let [low, high] = [0, functions.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((functions[middle]?.address ?? 0n) <= address) low = middle + 1
      else high = middle
    }
    const found = functions[low - 1]
    // Nothing says where the last one ends.
    return found === undefined || low === functions.length ? undefined : { function: found.name, offset: Number(address - found.address) }
  }
  return { at, addressOf: (name) => addresses.get(name), locate: () => undefined }
}
