/** Lines after which frames belong to another stack: who allocated, who freed, who took the lock before. */
const elsewhere =
  /^\s*(?:Allocated(?: by| in|:)|Freed(?: by| in|:)|allocated by|freed by|INFO: (?:Allocated|Freed) in|Last potentially related work creation|Second to last potentially|Last call_rcu|Uninit was|Local variable|the existing dependency chain|-> #\d|\.\.\. acquired at|hardirqs last|softirqs last|irq event stamp|last (?:enabl|disabl)|page last (?:allocated|free)|page_owner |page allocated via|page has been migrated|Showing all locks|Preemption disabled at|Aux\. stack|The buggy address|Memory state|(?:kfence|kmemleak)-#\d+:|PID = \d|Last Breaking-Event-Address)/

const elsewhereLock = /-irq-unsafe at:|-irq-(?:un)?safe lock|state was registered at|marked lock as/

/** Lines that begin a stack of the report itself. */
const trace =
  /^\s*(?:Call [Tt]race|Backtrace|[Ss]tack backtrace|NMI backtrace for|task:|CPU: \d+ (?:UID: \d+ )?PID:|Task dump for CPU|(?:read|write|read-write)(?: \([\w-]+\))? to 0x|race at unknown origin|backtrace(?: \(crc [0-9a-f]+\))?:|Sending NMI|\S+\s+[RSDTXZIKWP] (?:running task|stopped|\d+ +\d+) )/

// Registers, code, module lists and other lines that reports consist of.
const material =
  /^\s*(?:[RE]?(?:AX|BX|CX|DX|SI|DI|BP|SP|IP)[:=]|R[0-9]{1,2}:|[CDEFGS]S:|CR\d:|DR\d:|[xr]\d+ ?:|x\d\d:|(?:pc|lr|sp|pstate|ra|gp|tp|t\d|a\d|s\d+|epc) ?:|Code:|Modules linked in|Hardware name:|PKRU:|<\/?(?:TASK|IRQ|NMI|EOI|SOFTIRQ)>|Oops|Workqueue:|RSP:|CR2:|Tainted|Read of size|Write of size|in_atomic|preempt_count|The buggy|Memory state|[ >][0-9a-f]{8,16}: [0-9a-f]{2} |\[[0-9a-f]+\] |Exception stack|GPR\d|MSR:|Krnl|Mem abort|Data abort|ESR|EC =|Register|Process |Stack:|Flags:|Control:|task: |task\.ti|(?:no|\d+) locks? held by| #\d+: |INFO: lockdep|other info|[0-9a-f]{4,16}(?:  ?[0-9a-f*]{8})+|=+$|-+$|handlers:|Disabling IRQ #\d|FIX \S+: |INFO: (?:0x|Slab |Object )|\[<[0-9a-f]+>\] |caller is |#PF: |P[GU4M]D |Kernel Offset:|Dumping ftrace|   \(ftrace buffer|Rebooting in |Tainted: |BUG: TASK|[0-9a-f]{4,16}:(?: [0-9a-f]{8}| [0-9a-f]{16}){2,}|Register r\d+ information|(?:PC|LR|SP|FP|IP|X\d+|R\d+): 0x[0-9a-f]+:|TSTATE: |[TR]PC: <|[goli]\d: |Caller\[[0-9a-f]+\]: |Instruction (?:dump|DUMP))/

/** Where lockdep saw a lock taken in an interrupt: the nearer end of the chain. */
const interrupted = /which became \S+-irq-safe at:/

/** RCU shows its own thread first; "task:" and "Call trace:" below it are still that. */
const ownThread = /grace-period kthread stack dump|kthread starved for/
const otherThread = /Task dump for CPU|NMI backtrace for|Sending NMI|Stack dump where|CPU: \d/

export type Heading = 'elsewhere' | 'trace' | 'interrupted' | 'own-thread'

// Of the headings that may stand anywhere in a line: looked for once before each of them.
const anywhere = /kthread st|-irq-(?:un)?safe|was registered at|marked lock as/

/** What the frames below a line belong to. */
export function headingOf(text: string, current: Heading): Heading | undefined {
  const isAnywhere = anywhere.test(text)
  if (isAnywhere && ownThread.test(text)) return 'own-thread'
  if (current === 'own-thread' && !otherThread.test(text)) return undefined
  if (isAnywhere && interrupted.test(text)) return 'interrupted'
  if (elsewhere.test(text) || (isAnywhere && elsewhereLock.test(text))) return 'elsewhere'
  return trace.test(text) ? 'trace' : undefined
}

/** A line that reports consist of, besides frames and headings. */
export function isMaterial(text: string): boolean {
  return material.test(text)
}

/** `---[ end trace …`, the end of a panic, the second rule of a sanitizer. */
export function endOf(text: string): 'end' | 'rule' | 'task' | undefined {
  const first = text.trimStart().charCodeAt(0)
  // '-', '=' and '<' begin the three of them.
  if (first !== 45 && first !== 61 && first !== 60) return undefined
  if (/^---\[ end (?:trace|Kernel panic)/.test(text)) return 'end'
  if (/^={30,}\s*$/.test(text)) return 'rule'
  return /^\s*<\/TASK>/.test(text) ? 'task' : undefined
}
