import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bakeImage, buildKernel, kernelkit } from './lib/kernelkit.ts'
import { median } from './lib/pairs.ts'
import { benchDirectory } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/** gdb at its prompt, the tasks of a guest in gdb, and its memory as a file. Usage: debug.ts [TIMES], default 5. */
const times = Number(process.argv[2] ?? 5)
const directory = await benchDirectory('debug')
const name = `bench-debug-${process.pid}`
// Most of 100 tasks are kernel threads already.
const sleepers = 'for i in $(seq 40); do sleep 100000 & done'

try {
  const [{ kernel }, image] = [await buildKernel(), await bakeImage()]
  const options = ['-q', '--keep', '--name', name, '-m', '1G', '--no-cwd', '-k', kernel, '--image', image]
  await timeCommand([...kernelkit, 'run', ...options, '--', 'sh', '-c', `${sleepers}; true`])
  const gdb = (...commands: readonly string[]) =>
    timeCommand([...kernelkit, 'gdb', name, '--', '-batch', ...commands.flatMap((command) => ['-ex', command])])
  const { stdout } = await gdb('kk-ps')
  const tasks = stdout.split('\n').filter((line) => /^ +\d+ +\d+ [A-Z] /.test(line)).length
  const out = join(directory, 'memory.vmcore')
  const seconds: Record<'attach' | 'ps' | 'dump', number[]> = { attach: [], ps: [], dump: [] }
  for (let time = 0; time < times; time++) {
    const attach = (await gdb('echo at the prompt')).wallSeconds
    seconds.attach.push(attach)
    seconds.ps.push((await gdb('kk-ps')).wallSeconds - attach)
    seconds.dump.push((await timeCommand([...kernelkit, 'dump', name, '--out', out])).wallSeconds)
  }
  const megabytes = (await stat(out)).size / 1e6
  print('kernelkit gdb to its prompt, and its end', median(seconds.attach), 3, 's')
  print(`kk-ps of ${tasks} tasks`, median(seconds.ps), 2, 's')
  print('dump of a guest of 1 GiB', median(seconds.dump), 3, 's')
  print('its size', megabytes, 120, 'MB')
} finally {
  await timeCommand([...kernelkit, 'stop', '--kill', name])
  await rm(directory, { recursive: true, force: true })
}

function print(what: string, value: number, goal: number, unit: string): void {
  process.stdout.write(
    `  ${what.padEnd(42)} ${value.toFixed(2)} ${unit}   goal: at most ${goal} ${unit}   ${value <= goal ? 'met' : 'MISSED'}\n`,
  )
}
