import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newMachine, requireOutcomes, requireOutputs, stageOf, useAction, type Machine } from './lib/actions.ts'
import { kernelSource } from './lib/kernel-source.ts'
import { kernelkit, startProgram, testArtifacts } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

const { store } = testArtifacts()
let machine: Machine
let tree = ''
const compileLimitMs = 45 * 60_000

/** A fragment makes the smallest configuration: what every guest needs, one CPU, no preset. ACPI would be a fifth of its objects. */
const fragment = 'CONFIG_PRINTK_TIME=y\n# CONFIG_ACPI is not set\n# CONFIG_OF is not set\n'

/** A file of the user's own that warns when it is asked to. */
const planted = [
  '#include <linux/bug.h>',
  '#include <linux/moduleparam.h>',
  '',
  'static int warn(const char *value, const struct kernel_param *param)',
  '{',
  '\tWARN_ON(1);',
  '\treturn 0;',
  '}',
  'static const struct kernel_param_ops ops = { .set = warn };',
  'module_param_cb(warn, &ops, NULL, 0200);',
]

/** What plain make builds in place. The next run takes it as it is: only a compiler, a source or a file above that changed makes it anew. */
async function builtTree(): Promise<string> {
  const source = await kernelSource()
  const trees = join(store, 'e2e-own-tree')
  await mkdir(trees, { recursive: true })
  const smallest = join(trees, 'smallest.config')
  await writeFile(smallest, fragment)
  const { stdout: config } = await kernelkit(['config', 'show', 'deb:linux-source-6.12', '--config', smallest, '--dot-config'])
  const compiler = execFileSync('gcc', ['--version'], { encoding: 'utf8' })
  const key = createHash('sha256')
    .update(JSON.stringify([source, planted, config, compiler]))
    .digest('hex')
  const kept = join(trees, key.slice(0, 16))
  if (existsSync(kept)) return kept
  for (const name of await readdir(trees)) await rm(join(trees, name), { recursive: true })
  const making = `${kept}.making`
  // Hard links: make writes files of its own and none of the source, and a file that changes is replaced.
  execFileSync('cp', ['-al', source, making])
  await writeFile(join(making, 'init/planted.c'), planted.map((line) => `${line}\n`).join(''))
  const makefile = join(making, 'init/Makefile')
  await copyFile(makefile, `${makefile}.new`)
  appendFileSync(`${makefile}.new`, 'obj-y += planted.o\n')
  await rename(`${makefile}.new`, makefile)
  await writeFile(join(making, '.config'), config)
  const made = await startProgram(['make', '-C', making, `-j${cpus().length}`, 'LOCALVERSION=-own', 'bzImage'], {
    timeoutMs: compileLimitMs,
  }).result
  if (made.exitCode !== 0) throw new Error(`make exited with status ${String(made.exitCode)}:\n${made.stderr.slice(-2000)}`)
  await rename(making, kept)
  return kept
}

beforeAll(async () => {
  machine = await newMachine()
  tree = await builtTree()
}, compileLimitMs)

afterAll(() => machine[Symbol.asyncDispose]())

describe('in a kernel tree built by plain make', () => {
  it('run boots that kernel and says so', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['run', '--root', 'host', 'uname', '-r'], { cwd: tree })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^6\.12\.\d+-own\n$/)
    expect(stderr).toMatch(/^kernel 6\.12\.\d+-own \(arch\/x86\/boot\/bzImage, /m)
  })

  it(
    'build makes the same kernel from a private view and leaves the tree as it was',
    onlyFull('the content of 80,000 files is read; packages/kernel/src/build/build-kernel.test.ts builds a small tree from a private view'),
    async () => {
      const before = await stat(join(tree, '.config'))
      const { exitCode, stdout } = await kernelkit(['build', '--dry-run', '--json'], { cwd: tree })
      expect(exitCode).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ cached: false })
      expect((await stat(join(tree, '.config'))).mtimeMs).toBe(before.mtimeMs)
    },
  )

  it('boot-vm annotates a WARN at the line that the kernel named', async () => {
    await mkdir(join(machine.workspace, 'linux'), { recursive: true })
    // Not hard links to all of it: they would change the times by which the next run knows the files of the tree.
    const read = [
      '.config',
      'vmlinux',
      'Kbuild',
      'Kconfig',
      'MAINTAINERS',
      'kernel/Makefile',
      'arch/x86/boot/bzImage',
      'include/config/kernel.release',
      'init/planted.c',
      'Makefile',
    ]
    execFileSync('cp', ['--parents', '-t', join(machine.workspace, 'linux'), ...read], { cwd: tree })
    const kernel = 'linux/arch/x86/boot/bzImage'
    const run = 'echo 1 >/sys/module/planted/parameters/warn'
    const job = await machine.run([useAction('boot-vm', { kernel, root: 'host', run })])
    requireOutcomes(job, { 'boot-vm': 'failure' })
    requireOutputs(job, 'boot-vm', { verdict: 'splat', 'exit-code': '122' })
    const place = { level: 'error', file: 'linux/init/planted.c', line: '6' }
    expect(stageOf(job, 'boot-vm').annotations).toContainEqual(
      expect.objectContaining({ ...place, message: expect.stringContaining('warn') }),
    )
    expect(stageOf(job, 'boot-vm').summary).toMatch(/init\/planted\.c:6/)
  })
})
