import { rm } from 'node:fs/promises'
import { buildKernel, kernelkit } from './lib/kernelkit.ts'
import { benchDirectory, makeHello } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/** Boot a hello initrd many times and compare its output to the last byte. Usage: boots.ts [COUNT], default 200. */
const count = Number(process.argv[2] ?? 200)
if (!Number.isInteger(count) || count < 1) throw new Error(`boots: COUNT '${process.argv[2]}' is not a positive whole number`)
const directory = await benchDirectory('boots')
try {
  const { kernel } = await buildKernel()
  const { initrd } = await makeHello(directory)
  let whole = 0
  const lost: number[] = []
  for (let boot = 1; boot <= count; boot++) {
    const { stdout } = await timeCommand([...kernelkit, 'boot', '-q', '--accel', 'tcg', '--kernel', kernel, '--initrd', initrd])
    // The program's line, and after it the kernel's very last one: nothing in between or after may be missing.
    const complete = /(^|\n)Hello, world!\r?\n/.test(stdout) && /reboot: Power down\r?\n$/.test(stdout)
    if (complete) whole++
    else lost.push(boot)
    if (boot % 20 === 0) process.stdout.write(`boots: ${whole} of ${boot} complete\n`)
  }
  process.stdout.write(
    `boots: ${whole} of ${count} complete, ${lost.length} with losses${lost.length > 0 ? ` (boots ${lost.join(', ')})` : ''}\n`,
  )
  if (lost.length > 0) process.exitCode = 1
} finally {
  await rm(directory, { recursive: true, force: true })
}
