import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { junitViolations } from '../packages/core/test/junit-schema.ts'
import { makeCachestat } from './lib/cachestat.ts'
import { kernelkit, lastLine, saidEnough, startKernelkit, startProgram, testArtifacts } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'
import { qemuPids, waitUntil } from './lib/processes.ts'
import { isFullRun, onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()
let scratch = ''

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** A project directory with this kernelkit.yaml. */
async function project(name: string, file: unknown): Promise<string> {
  const directory = join(scratch, name)
  await mkdir(directory)
  // JSON is YAML.
  await writeFile(join(directory, 'kernelkit.yaml'), JSON.stringify(file))
  return directory
}

interface Answer {
  readonly verdict: string
  readonly patterns: readonly string[]
  readonly cells: readonly { readonly name: string; readonly verdict: string | null; readonly again: string }[]
}

interface KubernetesJob {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] } } }
}

interface Merged extends Answer {
  readonly lost: readonly string[]
  readonly lostShards: readonly number[]
  readonly cells: (Answer['cells'][number] & { readonly console: string })[]
}

// Names of VMs, in their paths and arguments.
const vmId = /\b[0-9a-f]{12}\b/g

/** A document of results without what differs from run to run and from machine to machine: times, paths of the store, how old a kernel is. */
function withoutTimes(document: object, evidence: string): unknown {
  const own = new Set(['seconds', 'again', 'qemu', 'decisions'])
  return JSON.parse(
    JSON.stringify(document, (key, value: unknown) => (own.has(key) ? undefined : value))
      .replaceAll(evidence, 'EVIDENCE')
      .replaceAll(vmId, 'ID'),
  )
}

/** Test, kernel and last verdict of each line of the history. */
async function recorded(directory: string): Promise<readonly (readonly string[])[]> {
  const { stdout } = await kernelkit(['history', '--json'], { cwd: directory })
  const { tests } = JSON.parse(stdout) as {
    readonly tests: readonly { readonly test: string; readonly kernel: string; readonly last: string }[]
  }
  return tests.map(({ test, kernel: on, last }) => [test, on, last])
}

const verdicts = ({ cells }: Answer) => Object.fromEntries(cells.map(({ name, verdict }) => [name, verdict]))

describe('kernelkit matrix', () => {
  const kernels = ['debian:11/cloud', 'debian:12/cloud', 'debian:12-backports/cloud'].flatMap((name) => ['-k', name])

  it('says in one line on which kernels a program fails, and prints the command that runs such a cell again', async () => {
    const directory = await project('cachestat', {
      vm: { root: 'host', cpus: 1, memory: '512M' },
      tests: [{ name: 'cachestat', run: './cachestat' }],
      matrix: { kernels: ['debian:11/cloud', 'debian:12/cloud', 'debian:12-backports/cloud'] },
    })
    await makeCachestat(directory)
    const { exitCode, stdout, stderr } = await kernelkit(['matrix', '--junit', 'r.xml', '--trust-project'], { cwd: directory })
    expect(stdout).toMatch(
      /^test +debian:11\/cloud +debian:12\/cloud +debian:12-backports\/cloud\ncachestat +fail +fail +pass\ncachestat@debian:11\/cloud: fail: /,
    )
    expect(stdout).toContain('\n  again: kernelkit matrix --trust-project --cell cachestat@debian:12/cloud\n')
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('cachestat fails only on 5.10 and 6.1 (debian:11/cloud, debian:12/cloud)')
    expect(exitCode).toBe(1)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=fail exit=1 cells=3 passed=1 failed=2 total=/)
    const xml = await readFile(join(directory, 'r.xml'), 'utf8')
    expect(junitViolations(xml)).toEqual([])
    expect(xml).toMatch(/<testcase name="cachestat@debian:11\/cloud"[^>]*>\s*<failure type="fail"/)
  })

  it('has a companion, since, that names the first kernel a program passes on, with the line for a README', async () => {
    const directory = await project('since', { vm: { root: 'host', cpus: 1, memory: '512M' } })
    await makeCachestat(directory)
    const { exitCode, stdout } = await kernelkit(['since', '--json', '--trust-project', ...kernels, '--', './cachestat'], {
      cwd: directory,
    })
    expect(JSON.parse(stdout)).toMatchObject({
      line: expect.stringMatching(
        /^Requires Linux 6\.12 or later \(fails on 6\.1\.0-\d+-cloud-amd64, passes on 6\.12\.\S+-cloud-amd64\)\.$/,
      ) as unknown,
      probes: [{ verdict: null }, { verdict: 'fail' }, { verdict: 'pass' }],
    })
    expect(exitCode).toBe(0)
    expect(await recorded(directory)).toEqual([
      ['./cachestat', 'debian:12-backports/cloud', 'pass'],
      ['./cachestat', 'debian:12/cloud', 'fail'],
    ])
  })

  it(
    'since starts again when another program than before its interruption is asked about, also one that it calls',
    onlyFull('five guests more'),
    async () => {
      const directory = await project('since-again', { vm: { root: 'host', cpus: 1, memory: '512M' } })
      await makeCachestat(directory)
      await writeFile(join(directory, 'outer'), '#!/bin/sh\nexec ./cachestat\n', { mode: 0o755 })
      await copyFile(join(directory, 'cachestat'), join(directory, 'right'))
      await writeFile(join(directory, 'cachestat'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      const interrupted = startKernelkit(['since', '--trust-project', ...kernels, '--', './outer'], { cwd: directory })
      await saidEnough(interrupted, (text) => text.includes('debian:12-backports/cloud: fail'))
      interrupted.child.kill('SIGINT')
      await interrupted.result
      await rename(join(directory, 'right'), join(directory, 'cachestat'))
      const again = await kernelkit(['since', '--trust-project', ...kernels, '--', './outer'], { cwd: directory })
      expect(again.stderr).toContain('starting again: programs or sources here have changed')
      expect(again.stdout).toContain('Requires Linux 6.12 or later')
      expect(await recorded(directory)).toEqual([
        ['./outer', 'debian:12-backports/cloud', 'pass'],
        ['./outer', 'debian:12/cloud', 'fail'],
      ])
    },
  )

  // Twelve VMs at once take half a minute of two cores: in the full tier; two say the same of the code.
  it('ends all VMs when it is interrupted, and keeps the cells that had ended, marked as a part', async () => {
    const slow = Array.from({ length: isFullRun() ? 12 : 2 }, (_, index) => `slow-${index + 1}`)
    const here = join(scratch, 'here')
    await mkdir(here)
    const directory = await project('interrupted', {
      vm: { image, memory: '256M', cpus: 1, share: [`${here}:/mnt/here:rw`] },
      tests: [{ name: 'fast', run: 'true' }, ...slow.map((name) => ({ name, run: `touch /mnt/here/${name}; sleep 100000` }))],
      matrix: { kernels: [kernel] },
    })
    const { child, result } = startKernelkit(['matrix', `-j${slow.length + 1}`, '--json', '--evidence', 'kept', '--trust-project'], {
      cwd: directory,
    })
    await waitUntil('all slow cells run', async () => existsSync(here) && (await readdir(here)).length === slow.length)
    // That of the fast cell may still be ending.
    await waitUntil('no other cell runs', async () => (await qemuPids(directory)).length === slow.length)
    child.kill('SIGINT')
    const { exitCode, stdout } = await result
    expect(exitCode).toBe(130)
    const answer = JSON.parse(stdout) as Answer
    expect(answer.verdict).toBe('interrupted')
    expect(verdicts(answer)).toEqual({
      [`fast@${kernel}`]: 'pass',
      ...Object.fromEntries(slow.map((name) => [`${name}@${kernel}`, 'interrupted'])),
    })
    expect(await qemuPids(directory)).toEqual([])
    const kept = JSON.parse(await readFile(join(directory, 'kept/results.json'), 'utf8')) as { readonly interrupted: boolean }
    expect(kept.interrupted).toBe(true)
    const merged = await kernelkit(['merge', 'kept'], { cwd: directory })
    expect(merged.exitCode).toBe(1)
    expect(merged.stdout).toMatch(/^slow-1 +interrupted$/m)
  })

  it('runs the other cells where a mirror has no such kernel, and refuses too many', async () => {
    const directory = await project('absent', {
      vm: { image, cpus: 1, memory: '512M' },
      tests: [{ name: 'smoke', run: 'uname -r' }],
      matrix: { kernels: [kernel, 'deb:linux-image-0.0.1'] },
    })
    const { exitCode, stdout } = await kernelkit(['matrix', '--json', '--trust-project'], { cwd: directory })
    expect(exitCode).toBe(125)
    expect(verdicts(JSON.parse(stdout) as Answer)).toEqual({ [`smoke@${kernel}`]: 'pass', 'smoke@deb:linux-image-0.0.1': 'infra-fail' })
    const many = await project('many', {
      tests: Array.from({ length: 100 }, (_, index) => ({ name: `t${index}`, run: 'true' })),
      matrix: { kernels: Array.from({ length: 100 }, (_, index) => `deb:linux-image-${index}`) },
    })
    const refused = await kernelkit(['matrix'], { cwd: many })
    expect(refused.exitCode).toBe(125)
    expect(refused.stderr).toMatch(/BAD_MATRIX: this matrix has 10000 cells \(100 tests in 100 combinations each\)\.\nHint: .*--yes/)
    const excluded = await project('excluded', {
      tests: [
        { name: 'slow', run: 'true' },
        { name: 'ok', run: 'true' },
      ],
      matrix: { kernels: ['debian:12/cloud'], exclude: [{ test: 'slow' }] },
    })
    const asked = await kernelkit(['matrix', '--dry-run', 'slow', 'ok'], { cwd: excluded })
    expect(asked).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining("BAD_MATRIX: the matrix has no cell of the test 'slow'") as string,
    })
  })

  it('merges the results of two machines to the document of one run, and is red without one of them', async () => {
    const directory = await project('shards', {
      vm: { root: 'host', cpus: 1, memory: '512M' },
      tests: [
        { name: 'good', run: 'true' },
        { name: 'bad', run: 'exit 3' },
      ],
      matrix: { kernels: ['./bzImage'] },
    })
    await copyFile(kernel, join(directory, 'bzImage'))
    await mkdir(join(scratch, 'bin'))
    await writeFile(join(scratch, 'bin/kernelkit'), `#!/bin/sh\nexec '${process.execPath}' '${kernelkitBin}' "$@"\n`, { mode: 0o755 })
    const { stdout: text } = await kernelkit(['plan', '--shards', '2', '--for', 'kubernetes'], { cwd: directory })
    const [program = '', ...args] = (JSON.parse(text) as KubernetesJob).spec.template.spec.containers[0]?.command ?? []
    // As the pods of the Job are started, each with a store of its own.
    const pod = (index: number) => {
      const env = {
        PATH: `${join(scratch, 'bin')}:${process.env['PATH'] ?? ''}`,
        JOB_COMPLETION_INDEX: String(index),
        KERNELKIT_CACHE_DIR: join(scratch, `store-${index}`),
      }
      return startProgram([program, ...args], { cwd: directory, env }).result
    }
    const shards = [await pod(0), await pod(1)]
    expect(shards.map(({ exitCode }) => exitCode).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 1])
    const merge = (...words: readonly string[]) => kernelkit(['merge', ...words], { cwd: directory })
    const both = ['kernelkit-shard-2', 'kernelkit-shard-1']
    const merged = await merge(...both, '--junit', 'merged.xml')
    const whole = await kernelkit(['matrix', '--trust-project', '--json', '--evidence', 'whole', '--junit', 'whole.xml'], {
      cwd: directory,
    })
    expect(merged.exitCode).toBe(whole.exitCode)
    const bad = 'bad@./bzImage: fail: the command exited with status 3.'
    expect(merged.stdout).toMatch(/^test +\.\/bzImage\ngood +pass\nbad +fail\n/)
    expect(merged.stdout).toContain(`\n${bad}\n  again: kernelkit matrix --cell bad@./bzImage\n`)
    expect(lastLine(merged.stderr)).toBe('kernelkit: verdict=fail exit=1 cells=2 passed=1 failed=1 lost=0 shards=2')
    const xml = await readFile(join(directory, 'merged.xml'), 'utf8')
    expect(junitViolations(xml)).toEqual([])
    const lines = (text: string) =>
      text
        .replaceAll(/(time|timestamp)="[^"]*"/g, '')
        .replaceAll(vmId, 'ID')
        .split('\n')
    expect(lines(xml)).toEqual(lines(await readFile(join(directory, 'whole.xml'), 'utf8')))
    const { lost, lostShards, ...document } = JSON.parse((await merge(...both, '--json', '--out', 'all')).stdout) as Merged
    expect({ lost, lostShards }).toEqual({ lost: [], lostShards: [] })
    const one = JSON.parse(whole.stdout) as object
    expect(withoutTimes({ ...document, junit: null }, join(directory, 'all'))).toEqual(
      withoutTimes({ ...one, junit: null }, join(directory, 'whole')),
    )
    expect(existsSync(document.cells[0]?.console ?? '')).toBe(true)
    const [there, missing] = shards[0]?.exitCode === 0 ? ['good', 'bad'] : ['bad', 'good']
    const alone = await merge('kernelkit-shard-1', 'kernelkit-shard-3')
    expect(alone.exitCode).toBe(1)
    expect(alone.stdout).toMatch(new RegExp(`^${missing} +lost$`, 'm'))
    expect(alone.stdout).toMatch(new RegExp(`^${there} +(pass|fail)$`, 'm'))
    expect(alone.stderr).toContain('warning: kernelkit-shard-3 has no results.json: its shard is lost')
    expect(alone.stderr).toContain(`lost: ${missing}@./bzImage (no results of shard 2/2)\n`)
    expect((await merge('kernelkit-shard-1', 'kernelkit-shard-1')).stderr).toContain('are both shard 1 of 2')
  })
})
