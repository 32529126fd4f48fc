import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kernelkit } from './lib/kernelkit.ts'
import { benchDirectory } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/** A test in a VM that `boot --keep` left, by exec-wrapper: what it costs beyond the program itself, which an emulated guest needs milliseconds to start. */
const goalSeconds = 0.1
const runs = 20

const directory = await benchDirectory('wrapper')
const name = `bench-${process.pid}`
// In turn, so that all of them meet the same load; the fastest of each is what the machine can do.
const compared = {
  'exec-wrapper': [...kernelkit, 'exec-wrapper', '--vm', name, '/bin/true'],
  exec: [...kernelkit, 'exec', name, '--', '/bin/true'],
  'the start of Node': [process.execPath, '-e', '0'],
} as const
try {
  await writeFile(join(directory, 'kernelkit.yaml'), '')
  const words = ['run', '--keep', '--name', name, '-k', 'debian:12/cloud', '--root', 'host', '-q', '--', 'true']
  await timeCommand([...kernelkit, ...words], { cwd: directory })
  const fastest = new Map<string, number>()
  for (let run = 0; run <= runs; run++) {
    for (const [what, argv] of Object.entries(compared)) {
      const { wallSeconds } = await timeCommand(argv, { cwd: directory })
      // The first one reads the files.
      if (run > 0) fastest.set(what, Math.min(fastest.get(what) ?? Infinity, wallSeconds))
    }
  }
  const loop = `TIMEFORMAT=%R; time for i in {1..${runs}}; do /bin/true; done`
  const { stderr } = await timeCommand([...kernelkit, 'exec', name, '--', 'bash', '-c', loop], { cwd: directory })
  const native = Number(/^[\d.]+$/m.exec(stderr)?.[0]) / runs
  const wrapped = fastest.get('exec-wrapper') ?? Number.NaN
  const shown = [...fastest].map(([what, seconds]) => `${what} ${seconds.toFixed(3)} s`).join(', ')
  process.stdout.write(
    `/bin/true in a kept VM: ${shown}; a shell of the guest ${native.toFixed(3)} s: ${(wrapped - native).toFixed(3)} s beyond the test (goal ${goalSeconds})\n`,
  )
} finally {
  await timeCommand([...kernelkit, 'stop', name], { cwd: directory, expect: [0, 125] })
  await rm(directory, { recursive: true, force: true })
}
