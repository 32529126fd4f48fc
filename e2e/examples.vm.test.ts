import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { runJob, type JobStep } from '@kernelkit/testing'
import { repository } from '../tools/source-files.ts'
import { onlyFull } from './lib/tiers.ts'

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly JobStep[] }>>
}

/** Steps of an example that are ours or a script; the kernel of the tests takes the place of the one to build. */
async function exampleSteps(name: string): Promise<readonly JobStep[]> {
  const { jobs } = parse(await readFile(join(repository, 'examples', name), 'utf8')) as Workflow
  return Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .filter(({ uses = 'OWNER/' }) => uses.startsWith('OWNER/'))
    .map((step) => (step.uses?.includes('/build-kernel@') === true ? { ...step, with: { source: 'deb:linux-source-6.12' } } : step))
}

it(
  'a program tests itself on a fresh kernel, on the files of the machine, and leaves only what was to come out',
  onlyFull('a job more'),
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kernelkit-example-'))
    try {
      const check = 'mkdir test-results && { uname -r; pwd; id -u; } > test-results/place'
      const program: JobStep = { run: `printf '%s\\n' all: check: "$CHECK" > Makefile`, env: { CHECK: `\t${check}` } }
      const job = await runJob({
        directory,
        steps: [program, ...(await exampleSteps('program-tests.yml'))],
        repositories: { 'OWNER/kernelkit': repository },
        env: { KERNELKIT_CACHE_DIR: process.env['KERNELKIT_CACHE_DIR'] ?? '' },
      })
      const logs = job.steps.map(({ id, outcome, main }) => `== ${id}: ${outcome}\n${main?.log}`)
      expect({ conclusion: job.conclusion, logs }).toEqual({ conclusion: 'success', logs })
      const { workspace } = job.directories
      const release = job.steps.map(({ outputs }) => outputs['release']).find((text) => text !== undefined)
      expect(await readFile(join(workspace, 'kernelkit-artifacts/test-results/place'), 'utf8')).toBe(`${release}\n${workspace}\n0\n`)
      await expect(readFile(join(workspace, 'test-results/place'))).rejects.toThrow('ENOENT')
      expect(job.steps.flatMap(({ undeclared }) => undeclared)).toEqual([])
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  },
)

it('an eBPF tool runs on a kernel of a distribution, which nothing compiles, and counts system calls of the guest', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-example-'))
  try {
    const probe = 'tracepoint:raw_syscalls:sys_enter { @calls = count(); } interval:s:1 { exit(); }'
    const check = `uname -r > $$KERNELKIT_ARTIFACTS/release && bpftrace -e '${probe}' > $$KERNELKIT_ARTIFACTS/calls`
    const program: JobStep = { run: `printf '%s\\n' all: check: "$CHECK" > Makefile`, env: { CHECK: `\t${check}` } }
    // One of its kernels, and one that the tests have; a mirror is named where apt has none of Debian.
    const steps = (await exampleSteps('ebpf-six-kernels.yml'))
      .filter(({ run }) => run?.startsWith('sudo apt-get') !== true)
      .map((step) =>
        step.uses?.includes('/boot-vm@') === true ? { ...step, with: { ...step.with, kernel: 'debian:12/cloud', mirror: '' } } : step,
      )
    const job = await runJob({
      directory,
      steps: [program, ...steps],
      repositories: { 'OWNER/kernelkit': repository },
      env: { KERNELKIT_CACHE_DIR: process.env['KERNELKIT_CACHE_DIR'] ?? '' },
    })
    const logs = job.steps.map(({ id, outcome, main }) => `== ${id}: ${outcome}\n${main?.log}`)
    expect({ conclusion: job.conclusion, logs }).toEqual({ conclusion: 'success', logs })
    const artifact = (name: string): Promise<string> => readFile(join(job.directories.workspace, 'kernelkit-artifacts', name), 'utf8')
    expect(await artifact('release')).toMatch(/^6\.1\.0-\d+-cloud-amd64\n$/)
    expect(Number(/@calls: (\d+)/.exec(await artifact('calls'))?.[1])).toBeGreaterThan(10)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
