import type { Host } from '@kernelkit/host'

/** Whether somebody has stopped a process (SIGSTOP, SIGTSTP): state T of proc_pid_stat(5). */
export async function isStopped(host: Pick<Host, 'fs'>, pid: number): Promise<boolean> {
  const stat = await host.fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name before it may hold blanks and parentheses.
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
}
