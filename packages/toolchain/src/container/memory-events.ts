import type { ExecResult } from './tool-container.ts'

/** The container's own control group, whose counters the engine does not pass on (State.OOMKilled is about the first process only). */
export const memoryEventsArgv: readonly string[] = [
  'sh',
  '-c',
  // Control groups of version 2, then of version 1; one of the two exists.
  'cat /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control 2> /dev/null; true',
]

/** How often the kernel's OOM killer has ended something (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst). */
export function parseOomKills({ stdout }: Pick<ExecResult, 'stdout'>): number {
  return Number(/^oom_kill (\d+)$/m.exec(stdout)?.[1] ?? 0)
}
