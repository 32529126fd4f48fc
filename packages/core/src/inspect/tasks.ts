import { readWord, viewOf, type AddressSpace } from './address-space.ts'
import type { NeededField, TypeTable } from './types/fields.ts'

/** What lists of the kernel are read with. */
export interface KernelView {
  readonly space: AddressSpace
  readonly types: TypeTable
  readonly wordBytes: 4 | 8
  /** The address of a symbol in the guest. */
  readonly addressOf: (name: string) => bigint | undefined
}

/** A task, as the kernel's list has it; `pid` is that of a thread. */
export interface Task {
  readonly address: bigint
  readonly pid: number
  /** The process. */
  readonly tgid: number
  readonly comm: string
  /** As ps(1) writes it: R, S, D, T, t, Z, X, I. */
  readonly state: string
  /** A thread of the kernel has none of its own. */
  readonly mm: bigint | undefined
  /** Stack pointer of a task that does not run. */
  readonly sp: bigint
  readonly onCpu: boolean
}

// PID_MAX_LIMIT is four million: a list that is longer than this runs in a circle.
const mostTasks = 20_000

/** Every thread of every process, in the kernel's order. Throws Unmapped for a list that leads nowhere. */
export async function readTasks(view: KernelView): Promise<readonly Task[]> {
  const first = view.addressOf('init_task')
  const list = view.types.offset('task_struct.tasks')
  if (first === undefined || list === undefined) return []
  const tasks: Task[] = []
  for await (const leader of walk(view, { head: first + BigInt(list), offset: list, withHead: true })) {
    tasks.push(await readTask(view, leader))
    for await (const thread of threadsOf(view, leader)) tasks.push(await readTask(view, thread))
    if (tasks.length > mostTasks) break
  }
  return tasks
}

/** The entries of a circular list (include/linux/list.h), from its head on. */
export async function* walk(
  { space, wordBytes }: KernelView,
  { head, offset, withHead }: { readonly head: bigint; readonly offset: number; readonly withHead: boolean },
): AsyncGenerator<bigint> {
  const seen = new Set<bigint>([head])
  if (withHead) yield head - BigInt(offset)
  for (let at = await readWord(space, head, wordBytes); !seen.has(at) && seen.size < mostTasks; at = await readWord(space, at, wordBytes)) {
    seen.add(at)
    yield at - BigInt(offset)
  }
}

async function* threadsOf(view: KernelView, leader: bigint): AsyncGenerator<bigint> {
  const { space, types, wordBytes } = view
  const [node, signal, head] = [
    types.offset('task_struct.thread_node'),
    types.offset('task_struct.signal'),
    types.offset('signal_struct.thread_head'),
  ]
  if (node === undefined || signal === undefined || head === undefined) return
  const shared = await readWord(space, leader + BigInt(signal), wordBytes)
  for await (const thread of walk(view, { head: shared + BigInt(head), offset: node, withHead: false })) if (thread !== leader) yield thread
}

// include/linux/sched.h: TASK_* of __state, EXIT_* of exit_state; TASK_NOLOAD with TASK_UNINTERRUPTIBLE is idle.
const idle = 0x402
const states: readonly (readonly [bit: number, letter: string])[] = [
  [0x1, 'S'],
  [0x2, 'D'],
  [0x4, 'T'],
  [0x8, 't'],
]

function stateOf(state: number, exit: number): string {
  if ((exit & 0x20) !== 0) return 'Z'
  if ((exit & 0x10) !== 0) return 'X'
  if ((state & idle) === idle) return 'I'
  return states.find(([bit]) => (state & bit) !== 0)?.[1] ?? 'R'
}

export async function readTask({ space, types, wordBytes }: KernelView, address: bigint): Promise<Task> {
  const whole = viewOf(await space.read(address, types.sizeOf('task_struct') ?? 0))
  const int = (field: NeededField): number => {
    const at = types.offset(field)
    return at === undefined ? 0 : whole.getUint32(at, true)
  }
  const word = (field: NeededField): bigint => {
    const at = types.offset(field)
    if (at === undefined) return 0n
    return wordBytes === 8 ? whole.getBigUint64(at, true) : BigInt(whole.getUint32(at, true))
  }
  const mm = word('task_struct.mm')
  return {
    address,
    pid: int('task_struct.pid'),
    tgid: int('task_struct.tgid'),
    comm: textOf(whole, types.offset('task_struct.comm') ?? 0, types.size('task_struct.comm') ?? 16),
    state: stateOf(
      int(types.offset('task_struct.__state') === undefined ? 'task_struct.state' : 'task_struct.__state'),
      int('task_struct.exit_state'),
    ),
    mm: mm === 0n ? undefined : mm,
    sp: word('task_struct.thread.sp'),
    onCpu: int('task_struct.on_cpu') !== 0,
  }
}

function textOf(view: DataView, at: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length)
  const end = bytes.indexOf(0)
  return new TextDecoder('latin1').decode(end < 0 ? bytes : bytes.subarray(0, end))
}

/** Where a task that does not run continues: what __switch_to_asm pushed (struct inactive_task_frame of arch/x86/include/asm/switch_to.h). */
export async function sleepingPlace(
  { space, wordBytes }: KernelView,
  { sp }: Pick<Task, 'sp'>,
): Promise<{ readonly ip: bigint; readonly sp: bigint; readonly bp: bigint }> {
  const [bpAt, ipAt] = wordBytes === 8 ? [40n, 48n] : [16n, 20n]
  const [bp, ip] = [await readWord(space, sp + bpAt, wordBytes), await readWord(space, sp + ipAt, wordBytes)]
  return { ip, bp, sp: sp + ipAt + BigInt(wordBytes) }
}

/** The task that a CPU runs. */
export async function currentTask(view: KernelView, cpu: number): Promise<bigint | undefined> {
  const { space, wordBytes, addressOf, types } = view
  const hot = types.offset('pcpu_hot.current_task')
  const symbol = addressOf('current_task') ?? (hot === undefined ? undefined : (addressOf('pcpu_hot') ?? 0n) + BigInt(hot))
  if (symbol === undefined) return undefined
  const offsets = addressOf('__per_cpu_offset')
  // A kernel for one CPU has plain variables.
  const base = offsets === undefined ? 0n : await readWord(space, offsets + BigInt(cpu * wordBytes), wordBytes)
  return readWord(space, BigInt.asUintN(wordBytes * 8, symbol + base), wordBytes)
}

/** A lock that a task holds (CONFIG_LOCKDEP). */
export interface HeldLock {
  readonly name: string
  /** The call that took it. */
  readonly takenAt: bigint
}

// MAX_LOCK_DEPTH of include/linux/sched.h.
const mostLocks = 48
const longestName = 128

export async function heldLocks({ space, types, wordBytes }: KernelView, { address }: Pick<Task, 'address'>): Promise<readonly HeldLock[]> {
  const depthAt = types.offset('task_struct.lockdep_depth')
  const locksAt = types.offset('task_struct.held_locks')
  const [instance, taken, size] = [types.offset('held_lock.instance'), types.offset('held_lock.acquire_ip'), types.sizeOf('held_lock')]
  const nameAt = types.offset('lockdep_map.name')
  if (
    depthAt === undefined ||
    locksAt === undefined ||
    instance === undefined ||
    taken === undefined ||
    size === undefined ||
    nameAt === undefined
  )
    return []
  const depth = viewOf(await space.read(address + BigInt(depthAt), 4)).getUint32(0, true)
  const locks: HeldLock[] = []
  for (let index = 0; index < Math.min(depth, mostLocks); index += 1) {
    const at = address + BigInt(locksAt + index * size)
    const map = await readWord(space, at + BigInt(instance), wordBytes)
    const text = await readWord(space, map + BigInt(nameAt), wordBytes)
    locks.push({ name: await readText(space, text), takenAt: await readWord(space, at + BigInt(taken), wordBytes) })
  }
  return locks
}

async function readText(space: AddressSpace, address: bigint): Promise<string> {
  const left = 4096n - (address % 4096n)
  const view = viewOf(await space.read(address, Math.min(longestName, Number(left))))
  return textOf(view, 0, view.byteLength)
}
