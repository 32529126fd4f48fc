import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kernelkit } from './lib/kernelkit.ts'
import { benchDirectory } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/** A test in a VM that `boot --keep` left, by exec-wrapper: what it costs beyond the test and the start of Node. */
const goalSeconds = 0.1
const runs = 20

const directory = await benchDirectory('wrapper')
const name = `bench-${process.pid}`
try {
  await writeFile(join(directory, 'kernelkit.yaml'), '')
  const words = ['run', '--keep', '--name', name, '-k', 'debian:12/cloud', '--root', 'host', '-q', '--', 'true']
  await timeCommand([...kernelkit, ...words], { cwd: directory })
  const times = async (argv: readonly string[]) => {
    const seconds: number[] = []
    for (let run = 0; run <= runs; run++) seconds.push((await timeCommand(argv, { cwd: directory })).wallSeconds)
    // The first one reads the files.
    return seconds.slice(1).toSorted((a, b) => a - b)[runs >> 1] ?? 0
  }
  const wrapped = await times([...kernelkit, 'exec-wrapper', '--vm', name, '/bin/true'])
  const bare = await times([process.execPath, '-e', '0'])
  process.stdout.write(
    `exec-wrapper in a kept VM: ${wrapped.toFixed(3)} s for /bin/true, ${bare.toFixed(3)} s of it the start of Node alone (goal ${goalSeconds})\n`,
  )
} finally {
  await timeCommand([...kernelkit, 'stop', name], { cwd: directory, expect: [0, 125] })
  await rm(directory, { recursive: true, force: true })
}
