/** One CPU as QEMU's monitor shows it (`info registers -a`); 32-bit guests have the same names, and zeros where they have no register. */
export interface CpuRegisters {
  readonly cpu: number
  /** Address of the next instruction. */
  readonly ip: bigint
  readonly sp: bigint
  /** RBP or EBP. */
  readonly bp: bigint
  /** Every general register by its name in lower case, such as `rdi`. */
  readonly general: Readonly<Record<string, bigint>>
  readonly flags: bigint
  /** 0 in the kernel, 3 in a program. */
  readonly privilege: number
  /** It waits for an interrupt. */
  readonly halted: boolean
  readonly cr0: bigint
  readonly cr3: bigint
  readonly cr4: bigint
  readonly efer: bigint
  /** Where the table of interrupt handlers is. */
  readonly idt: bigint
  /** Base of GS: the kernel's own data of this CPU, while its code runs in 64 bits. */
  readonly gs: bigint
  /** Base of FS: the same in 32 bits. */
  readonly fs: bigint
}

// Flag IF of EFLAGS (Intel SDM 3A, 2.3).
const interruptFlag = 0x200n

/** Whether the CPU takes interrupts. */
export function takesInterrupts({ flags }: Pick<CpuRegisters, 'flags'>): boolean {
  return (flags & interruptFlag) !== 0n
}

/** The CPUs in the monitor's answer; one that lacks a register that every CPU of this family has is left out. */
export function parseRegisters(text: string): readonly CpuRegisters[] {
  const parts = text.split(/^CPU#(?=\d+)/m).slice(1)
  return parts.flatMap((part) => {
    const one = parseCpu(part.replaceAll('\r', ''))
    return one === undefined ? [] : [one]
  })
}

function parseCpu(text: string): CpuRegisters | undefined {
  const cpu = Number(/^\d+/.exec(text)?.[0] ?? NaN)
  const general: Record<string, bigint> = {}
  // "RAX=0000000000000000 RBX=…", "R8 =0000000000000000"; segments have other forms.
  for (const [, name = '', digits = '0'] of text.matchAll(/\b([ER][A-Z0-9]{1,3}) ?=([0-9a-f]{8,16})\b/g))
    general[name.toLowerCase()] = BigInt(`0x${digits}`)
  const either = (...names: readonly string[]): bigint => general[names.find((name) => general[name] !== undefined) ?? ''] ?? 0n
  const control = (name: string): bigint => hex(new RegExp(`\\b${name}=([0-9a-f]+)`).exec(text)?.[1])
  const base = (name: string): bigint => hex(new RegExp(`^${name} *= *(?:[0-9a-f]{4} )?([0-9a-f]{8,16}) [0-9a-f]{8}`, 'm').exec(text)?.[1])
  const flags = /\b(?:RFL|EFL)=([0-9a-f]+).*?\bCPL=(\d).*?\bHLT=(\d)/.exec(text)
  if (!Number.isSafeInteger(cpu) || flags === null || (general['rip'] ?? general['eip']) === undefined) return undefined
  return {
    cpu,
    ip: either('rip', 'eip'),
    sp: either('rsp', 'esp'),
    bp: either('rbp', 'ebp'),
    general: Object.fromEntries(Object.entries(general).filter(([name]) => name !== 'rfl' && name !== 'efl')),
    flags: hex(flags[1]),
    privilege: Number(flags[2]),
    halted: flags[3] === '1',
    cr0: control('CR0'),
    cr3: control('CR3'),
    cr4: control('CR4'),
    efer: control('EFER'),
    // "IDT=     fffffe0000000000 00000fff"
    idt: base('IDT'),
    gs: base('GS'),
    fs: base('FS'),
  }
}

function hex(digits: string | undefined): bigint {
  return digits === undefined ? 0n : BigInt(`0x${digits}`)
}
