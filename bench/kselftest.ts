import { rm } from 'node:fs/promises'
import { buildKernel, kernelkit } from './lib/kernelkit.ts'
import { benchDirectory } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/** A suite built again, from a tree in which it was built. */
const directory = await benchDirectory('kselftest')
try {
  const { kernel } = await buildKernel()
  const argv = [...kernelkit, 'run', '-k', kernel, '--root', 'host', '--kselftest', 'size', '--artifacts', 'out']
  await timeCommand(argv, { cwd: directory })
  const { stderr } = await timeCommand(argv, { cwd: directory })
  const [, seconds = '?'] = /ok build kselftest size \(([\d.]+) s\)/.exec(stderr) ?? []
  process.stdout.write(`kselftest size from a warm tree: built in ${seconds} s\n`)
} finally {
  await rm(directory, { recursive: true, force: true })
}
