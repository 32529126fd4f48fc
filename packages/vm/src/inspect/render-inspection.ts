import { printable } from '@kernelkit/core/errors'
import type { SeenCall } from './describe-calls.ts'
import type { Inspection, SeenCpu, SeenTask } from './inspect-guest.ts'

/** All of it as text. */
export function renderInspection(seen: Inspection): readonly string[] {
  const { tasks, log } = seen
  return [
    ...renderCpus(seen),
    ...(tasks.length === 0 ? [] : ['', `${tasks.length} tasks`, ...tasks.flatMap(renderTask)]),
    ...(log.length === 0 ? [] : ['', `the last ${Math.min(log.length, shownLog)} of ${log.length} lines that the kernel holds`]),
    ...log.slice(-shownLog).map(printable),
  ]
}

const shownLog = 40

/** One line for each CPU, and one for each call on its stack. */
export function renderCpus({ cpus, missing }: Inspection): readonly string[] {
  return [...cpus.flatMap(renderCpu), ...missing.map((line) => `(${line})`)]
}

/** A kernel's thread that waits for work has nothing to show. */
function renderTask({ pid, tgid, comm, state, mm, onCpu, calls, locks }: SeenTask): readonly string[] {
  const isIdle = mm === undefined && (state === 'I' || state === 'S') && locks.length === 0
  const name = mm === undefined ? `[${printable(comm)}]` : printable(comm)
  return [
    `${String(pid).padStart(6)} ${state} ${name}${tgid === pid ? '' : ` (thread of ${tgid})`}${onCpu ? ', on a CPU' : ''}`,
    ...(isIdle ? [] : calls.map((call) => `         ${call.guessed ? '? ' : ''}${renderCall(call)}`)),
    ...locks.map(
      ({ name: lock, takenAt }) => `         holds ${printable(lock)}${takenAt === undefined ? '' : `, taken in ${renderCall(takenAt)}`}`,
    ),
  ]
}

function renderCpu(cpu: SeenCpu): readonly string[] {
  const { registers, calls, task } = cpu
  const program = cpu.program === undefined ? [] : [`  program at 0x${cpu.program.ip.toString(16)}`]
  const who = task === undefined ? '' : `${printable(task.comm)} (${task.pid}) `
  return [
    `CPU ${registers.cpu}: ${who}${stateOf(cpu)}`,
    ...calls.map((call) => `  ${call.guessed ? '? ' : ''}${renderCall(call)}`),
    ...program,
  ]
}

function stateOf({ where, interrupts }: SeenCpu): string {
  const place = { kernel: 'in the kernel', program: 'in a program', idle: 'waits for an interrupt' }[where]
  return interrupts ? place : `${place}, interrupts off`
}

function renderCall({ address, function: name, module, offset, source, line, inlined }: SeenCall): string {
  const hex = `0x${address.toString(16)}`
  const place = source === undefined ? '' : ` (${printable(source)}${line === undefined ? '' : `:${line}`})`
  const owner = module === undefined ? '' : ` [${printable(module)}]`
  if (name === undefined) return `${hex}${owner}${place}`
  return `${printable(name)}${offset === undefined ? '' : `+0x${offset.toString(16)}`}${owner}${place}${inlined ? ' [inlined]' : ''}`
}

/** Where a guest that hangs is, in a sentence for its verdict: the CPUs that run kernel code with interrupts off, else those that run any. */
export function describeStuck({ cpus }: Inspection): string | undefined {
  const inKernel = cpus.filter(({ where, calls }) => where === 'kernel' && calls.length > 0)
  const deaf = inKernel.filter(({ interrupts }) => !interrupts)
  const named = deaf.length > 0 ? deaf : inKernel
  if (named.length === 0) return undefined
  return `${named.map((cpu) => `CPU ${cpu.registers.cpu} is in ${placeOf(cpu)}${cpu.interrupts ? '' : ', with interrupts off'}`).join('; ')}.`
}

/** The innermost function that has a body of its own says more than what was inlined into it; its line is that of the innermost. */
function placeOf({ calls }: SeenCpu): string {
  const whole = calls.find(({ inlined }) => !inlined) ?? calls[0]
  if (whole === undefined) return 'unknown code'
  const owner = whole.module === undefined ? '' : ` [${printable(whole.module)}]`
  const name = whole.function === undefined ? `0x${whole.address.toString(16)}${owner}` : printable(whole.function)
  return whole.source === undefined ? name : `${name} (${printable(whole.source)}:${whole.line ?? 0})`
}
