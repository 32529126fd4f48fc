import {
  currentTask,
  heldLocks,
  readKernelLog,
  readTask,
  readTasks,
  sleepingPlace,
  type HeldLock,
  type KernelView,
  type StackStart,
  type Task,
} from '@kernelkit/core/inspect'
import type { GuestModules } from './guest-modules.ts'
import { guestAddressOf, type OpenKernel } from './open-kernel.ts'

export interface ListedTask extends Task {
  /** Where one that does not run continues. */
  readonly start: StackStart | undefined
  readonly locks: readonly HeldLock[]
}

export interface KernelLists {
  /** Closed by the one who asked for the lists. */
  readonly modules: GuestModules | undefined
  readonly tasks: readonly ListedTask[]
  /** The task of each CPU. */
  readonly current: readonly ({ readonly pid: number; readonly comm: string } | undefined)[]
  readonly log: readonly string[]
  readonly missing: readonly string[]
}

/** What the kernel's own lists say; a list that leads nowhere is left out with a reason. */
export async function readLists(kernel: OpenKernel, openModules: (view: KernelView) => Promise<GuestModules>): Promise<KernelLists> {
  const { vmlinux, place, cpus } = kernel
  const none = { modules: undefined, tasks: [], current: [], log: [] }
  if (vmlinux === undefined || place === undefined) return { ...none, missing: [] }
  const { table: types, problem } = await kernel.types()
  if (types === undefined) return { ...none, missing: [`no tasks and no log: ${problem ?? 'the types of this kernel are not known'}`] }
  const view: KernelView = { space: kernel.space, types, wordBytes: kernel.wordBytes, addressOf: (name) => guestAddressOf(kernel, name) }
  const missing: string[] = problem === undefined ? [] : [problem]
  const orElse = async <T>(otherwise: T, what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      missing.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
      return otherwise
    }
  }
  const orSay = <T>(what: string, work: () => Promise<readonly T[]>): Promise<readonly T[]> => orElse([], what, work)
  const tasks = await orSay('the list of tasks ends early', () => readTasks(view))
  return {
    modules: await orElse(undefined, 'the list of modules cannot be read', () => openModules(view)),
    tasks: await Promise.all(tasks.map((task) => completeTask(view, task))),
    current: await orSay('what each CPU runs is not known', () => Promise.all(cpus.map(({ cpu }) => taskOfCpu(view, cpu)))),
    log: await orSay("the kernel's log cannot be read", () => readKernelLog(view)),
    missing,
  }
}

async function completeTask(view: KernelView, task: Task): Promise<ListedTask> {
  const start = task.onCpu ? undefined : await sleepingPlace(view, task).catch(() => undefined)
  const locks = await heldLocks(view, task).catch(() => [])
  return { ...task, start, locks }
}

async function taskOfCpu(view: KernelView, cpu: number): Promise<{ readonly pid: number; readonly comm: string } | undefined> {
  const address = await currentTask(view, cpu).catch(() => undefined)
  if (address === undefined || address === 0n) return undefined
  const { pid, comm } = await readTask(view, address)
  return { pid, comm }
}
