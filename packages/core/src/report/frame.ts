import type { ReportFrame } from './report.ts'

/** A frame as found on a line. */
export interface FoundFrame extends ReportFrame {
  /** False for `? foo`: the unwinder found the address on the stack and cannot say that it was a call (x86, powerpc). */
  readonly reliable: boolean
  /** Bytes of the whole function, as printed behind the slash. */
  readonly size?: number
  /** The processor stood there; elsewhere the address is the one that a call returns to, and the call stands before it. */
  readonly exact?: true
}

// A symbol: C, with compiler suffixes (foo.isra.0), mangled or demangled Rust (<a::B>::c).
const name = String.raw`(?<function>[A-Za-z_$.][\w.$]*(?:::[\w<>:{}#$]+)?|<[^+]{1,200}>(?:::[\w<>:{}#$]+)?)`
const place = String.raw`(?: \(?(?<source>[^\s:()]{1,400}\.[chSsr]\w{0,2}):(?<line>\d+))?`
const address = String.raw`(?:\(?\[(?:<[0-9a-f]*>|[0-9a-f]{8,16})\]\)? +)*`

// Most architectures: "[<addr>] ? foo+0x1/0x2 [module] fs/x.c:3", riscv and s390 with the address, powerpc with two of them.
const withOffset = new RegExp(
  String.raw`^[\s]*(?:#\d+:? +)?(?<maybe>\? +)?${address}(?<maybe2>\? +)?\(?(?:\[)?${name}\+0x(?<offset>[0-9a-f]+)(?:\/0x(?<size>[0-9a-f]+))?\)?(?: \[(?<module>[\w-]+)(?:[^\w\]-][^\]]*)?\])?${place}`,
)
// scripts/decode_stacktrace.sh: "foo (fs/x.c:3 (discriminator 2)) module"; inlined code gives several places, the last one is foo's.
const decoded = new RegExp(
  String.raw`^\s*(?<maybe>\? +)?${address}(?<maybe2>\? +)?${name} \((?:\S+:\d+(?: \(discriminator \d+\))? )*(?<source>[^\s:()]{1,400}\.(?:c|h|S|rs|l|y)):(?<line>\d+)(?: \(discriminator \d+\))?\)`,
)
// Decoders that name inlined code: "foo fs/x.c:3 [inline]", on ARM without the word.
const inlined = new RegExp(String.raw`^\s*${address}${name} (?<source>[^\s:()]{1,400}\.\w+):(?<line>\d+) \[inline\]`)
// arch/arm/kernel/traps.c, dump_backtrace_entry(): "[<addr>] (foo) from [<addr>] (bar+0x1/0x2)", since 5.17 "foo from bar+0x1/0x2".
const fromArm = new RegExp(String.raw`^\s*(?:\[<[0-9a-f]+>\] )?\(?${name}(?:\+0x[0-9a-f]+/0x[0-9a-f]+)?${place}\)? from (?<rest>.*)`)

// Where the processor stood: x86 (RIP, EIP, old IP), arm and arm64 (PC, pc), riscv and mips (epc), powerpc (NIP), s390, sparc, loongarch, m68k (PC), parisc (IAOQ).
const counter =
  /^\s*(?:RIP: (?:0010|0008|e030|0060)?:?|R?IP: |EIP: (?:is at |[0-9a-f]{4}:)?|EIP is at |PC is at |pc : |epc *: |NIP |Krnl (?:PSW|Code) ?:? [0-9a-f]+ [0-9a-f]+ |TPC: <|ERA: |PC: (?=\[<)|IAOQ\[0\]: )(?<rest>.*)/

// The whole line of most frames: "[<addr>] ? foo+0x1/0x2 [module]". Nothing else of a report looks so, no first line either.
const plain =
  /^\s*(?:\[<[0-9a-f]+>\] )?(\? )?([A-Za-z_][\w.]*)\+0x([0-9a-f]+)\/0x([0-9a-f]+)(?: \[([\w-]+)(?:[^\w\]-][^\]]*)?\])?(?: (?!from)([^\s:()[\]]{1,400}\.\w+):(\d+))?\s*$/

/** The frame of a line that holds nothing else; most lines of a report are such. */
export function parsePlainFrame(text: string): FoundFrame | undefined {
  const plus = text.indexOf('+0x')
  if (plus < 0) return undefined
  const bare = bareFrame(text, plus)
  if (bare !== undefined) return bare
  const found = plain.exec(text)
  if (found === null) return undefined
  const [, maybe, symbol = '', offset = '', size = '', module, source, line] = found
  const frame: FoundFrame = {
    function: symbol,
    offset: Number.parseInt(offset, 16),
    inlined: false,
    reliable: maybe === undefined,
    size: Number.parseInt(size, 16),
  }
  if (module === undefined && source === undefined) return frame
  return {
    ...frame,
    ...(source === undefined ? undefined : { source: tidyPath(source), line: Number(line) }),
    ...(module === undefined ? undefined : { module }),
  }
}

/**
 * " foo+0x1/0x2" and " ? foo+0x1/0x2", as nine of ten frames are, letter by letter: a third of the time of the expression. `plus` is where the
 * offset begins.
 */
function bareFrame(text: string, plus: number): FoundFrame | undefined {
  let at = 0
  while (text.charCodeAt(at) === 32) at += 1
  const isGuess = text.charCodeAt(at) === 63 && text.charCodeAt(at + 1) === 32
  if (isGuess) at += 2
  const start = at
  while (at < plus && isInName(text.charCodeAt(at))) at += 1
  if (at !== plus || at === start || text.charCodeAt(start) <= 57) return undefined
  let offset = 0
  for (at += 3; ; at += 1) {
    const digit = hexDigit(text.charCodeAt(at))
    if (digit < 0) break
    offset = offset * 16 + digit
  }
  // "/0x" and at most eight digits to the end of the line.
  if (at === plus + 3 || at > plus + 11 || text.charCodeAt(at) !== 47 || text.charCodeAt(at + 1) !== 48 || text.charCodeAt(at + 2) !== 120)
    return undefined
  at += 3
  const rest = text.length - at
  if (rest < 1 || rest > 8) return undefined
  let size = 0
  for (; at < text.length; at += 1) {
    const digit = hexDigit(text.charCodeAt(at))
    if (digit < 0) return undefined
    size = size * 16 + digit
  }
  return { function: text.slice(start, plus), offset, inlined: false, reliable: !isGuess, size }
}

/** [A-Za-z0-9_.] */
function isInName(code: number): boolean {
  return (code >= 97 && code <= 122) || code === 95 || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 46
}

/** The value of [0-9a-f]; -1 for any other character. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  return code >= 97 && code <= 102 ? code - 87 : -1
}

/** Cheap test before any expression: a frame has an offset or a place. */
function mayHoldFrame(text: string): boolean {
  return text.includes('+0x') || text.includes('[inline]') || (text.includes(':') && text.includes('(') && / \(\S+:\d/.test(text))
}

/** One line of a trace. */
export function parseFrame(text: string): FoundFrame | undefined {
  if (!mayHoldFrame(text)) return parseNameless(text)
  const found = fromArm.exec(text) ?? withOffset.exec(text) ?? inlined.exec(text) ?? decoded.exec(text)
  if (found?.groups === undefined) return undefined
  return toFrame(found.groups, text)
}

/** The frame behind "RIP: 0010:", "pc : " and their like; never one of user space, which has no names. */
export function parseProgramCounter(text: string): FoundFrame | undefined {
  const rest = counter.exec(text)?.groups?.['rest']
  if (rest === undefined) return undefined
  // A jump into nowhere: "pc : 0x0", powerpc "NIP [0000000010010000] 0x10010000".
  const nowhere = /^(?:\[[0-9a-f]+\] )?(0x[0-9a-f]{1,16})\s*$/.exec(rest)?.[1]
  if (nowhere !== undefined) return { function: nowhere, inlined: false, reliable: true, exact: true }
  const frame = parseFrame(rest.replace(/^[0-9a-f]{8,16} (?=[A-Za-z_(])/, ''))
  return frame === undefined ? undefined : { ...frame, exact: true }
}

// Where a call returns to: arm and arm64 (LR, lr), riscv, mips and loongarch (ra), powerpc (LR), parisc (RP).
const link = /^\s*(?:lr : |LR is at |LR \[|ra *: |RP\(r2\): )(?<rest>.*)/

/** The call that the link register names: who jumped to where no function is, whose stack frame the unwinder therefore does not see. */
export function parseLinkRegister(text: string): FoundFrame | undefined {
  const rest = link.exec(text)?.groups?.['rest']
  return rest === undefined ? undefined : parseFrame(rest.replace(/^[0-9a-f]{8,16}\]? (?=[A-Za-z_.(])/, ''))
}

// Kernels without CONFIG_KALLSYMS print addresses: "[<addr>] ? 0xffffffff81000345".
const nameless = /^\s*(?:\[<[0-9a-f]+>\] )?(?<maybe>\? )?(?<address>0x(?:[0-9a-f]{8}|[0-9a-f]{16}))\s*$/

function parseNameless(text: string): FoundFrame | undefined {
  const groups = nameless.exec(text)?.groups
  const address = groups?.['address']
  return address === undefined ? undefined : { function: address, inlined: false, reliable: groups?.['maybe'] === undefined }
}

/** Whether a frame is an address without a name. */
export function isNameless(frame: ReportFrame): boolean {
  return frame.function.startsWith('0x')
}

/** The callers named last on an ARM line, for the end of a trace. */
export function parseCaller(text: string): FoundFrame | undefined {
  const rest = fromArm.exec(text)?.groups?.['rest']
  return rest === undefined ? undefined : parseFrame(rest)
}

// "at: [<addr>] foo+0x1/0x2 fs/x.c:3": where lockdep saw a lock taken.
const lockSite = /\bat: (?<rest>.*)/

export function parseLockSite(text: string): FoundFrame | undefined {
  const rest = lockSite.exec(text)?.groups?.['rest']
  return rest === undefined || text.includes('... key') ? undefined : parseFrame(rest)
}

function toFrame(groups: Readonly<Record<string, string | undefined>>, text: string): FoundFrame {
  const { function: symbol = '', offset, size, source, line, module } = groups
  return {
    function: plainName(symbol),
    ...(offset === undefined ? {} : { offset: Number.parseInt(offset, 16) }),
    ...(source === undefined ? {} : { source: tidyPath(source) }),
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(module === undefined || module === 'inline' ? {} : { module }),
    inlined: text.includes('[inline]'),
    // powerpc says so behind the frame.
    reliable: groups['maybe'] === undefined && groups['maybe2'] === undefined && !text.trimEnd().endsWith('(unreliable)'),
    ...(size === undefined ? {} : { size: Number.parseInt(size, 16) }),
  }
}

/** `./include/linux/x.h` and `arch/x86/../../mm/x.c` as the tree calls them. */
export function tidyPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '.' || (part === '' && parts.length > 0)) continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}

/** `mremap` for `__se_sys_mremap`: SYSCALL_DEFINE makes wrappers that no source names. */
export function withoutSyscallPrefix(symbol: string): string {
  return symbol.replace(/^__(?:se|do|x64|ia32|arm64|riscv|s390x?|powerpc)_(?:compat_)?sys_(?=.)/, '')
}

/** Without the dot of a code symbol (ppc64 ELFv1) and the mark of a patched function's padding. */
export function plainName(symbol: string): string {
  return symbol.startsWith('.') || symbol.startsWith('__pfx_') ? symbol.replace(/^\.(?=[A-Za-z_])|^__pfx_(?=.)/, '') : symbol
}

/** The name in the source: without what the compiler added for clones and cold parts. */
export function sourceName(symbol: string): string {
  const plain = plainName(symbol)
  if (!plain.includes('.')) return plain
  return plain
    .replace(/\.(?:isra|part|cold|constprop|llvm|localalias|lto_priv)(?:\.\d+)*(?=\.|$)|\.\d+$/g, '')
    .replace(/\.(?:cold|part).*$/, '')
}
