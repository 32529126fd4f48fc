import { readFileSync } from 'node:fs'

/** CPU seconds of all descendants that have ended, proc_pid_stat(5): cutime and cstime, in the 100 ticks a second that Linux reports. */
export function childCpuSeconds(): number {
  const [, fields = ''] = readFileSync('/proc/self/stat', 'utf8').split(/\) (.*)/)
  const [userTicks = 0, systemTicks = 0] = fields.split(' ').slice(13, 15).map(Number)
  return (userTicks + systemTicks) / 100
}
