import { execFileSync } from 'node:child_process'
import { rm, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelSource } from './lib/kernel-source.ts'
import { kernelkit, startProgram, testArtifacts } from './lib/kernelkit.ts'
import { makeOwnDirectory } from './lib/own-directory.ts'

const { store } = testArtifacts()
let directory = ''
let tree = ''
const compileLimitMs = 45 * 60_000

/** A fragment makes the smallest configuration: what every guest needs, one CPU, no preset. ACPI would be a fifth of its objects. */
const fragment = 'CONFIG_PRINTK_TIME=y\n# CONFIG_ACPI is not set\n# CONFIG_OF is not set\n'

/** A tree of our own: plain make in place, its objects kept by ccache for the next run. */
beforeAll(async () => {
  directory = await makeOwnDirectory('e2e-tree')
  tree = join(directory, 'linux')
  // Hard links: make writes files of its own and none of the source.
  execFileSync('cp', ['-al', await kernelSource(), tree])
  const smallest = join(tree, 'smallest.config')
  await writeFile(smallest, fragment)
  const show = ['config', 'show', 'deb:linux-source-6.12', '--config', smallest, '--dot-config']
  const { stdout: config } = await kernelkit(show)
  await writeFile(join(tree, '.config'), config)
  const env = {
    CCACHE_DIR: join(store, 'e2e-ccache'),
    CCACHE_BASEDIR: tree,
    // The next run has another directory.
    CCACHE_NOHASHDIR: '1',
    KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
    KBUILD_BUILD_USER: 'own',
    KBUILD_BUILD_HOST: 'tree',
  }
  const made = await startProgram(['make', '-C', tree, 'CC=ccache gcc', `-j${cpus().length}`, 'LOCALVERSION=-own', 'bzImage'], {
    env,
    timeoutMs: compileLimitMs,
  }).result
  if (made.exitCode !== 0) throw new Error(`make exited with status ${String(made.exitCode)}:\n${made.stderr.slice(-2000)}`)
}, compileLimitMs)

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('in a kernel tree built by plain make', () => {
  it('run boots that kernel and says so', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['run', '--root', 'host', 'uname', '-r'], { cwd: tree })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^6\.12\.\d+-own\n$/)
    expect(stderr).toMatch(/^kernel 6\.12\.\d+-own \(arch\/x86\/boot\/bzImage, /m)
  })

  it('build makes the same kernel from a private view and leaves the tree as it was', async () => {
    const before = await stat(join(tree, '.config'))
    const { exitCode, stdout } = await kernelkit(['build', '--dry-run', '--json'], { cwd: tree })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ cached: false })
    expect((await stat(join(tree, '.config'))).mtimeMs).toBe(before.mtimeMs)
  })
})
