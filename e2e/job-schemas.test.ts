import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Job, type IJob } from 'kubernetes-models/batch/v1/Job'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gitlabPipeline, kubernetesJob } from '@kernelkit/core/trials'

const input = {
  command: 'matrix',
  words: ['-k', 'debian:12/cloud'],
  shards: [['a@debian:12/cloud', 'b@debian:12/cloud'], ['c@debian:12/cloud']],
  image: 'registry/kernelkit:1',
} as const
const gitlabCiLocal = join(dirname(createRequire(import.meta.url).resolve('gitlab-ci-local/package.json')), 'dist/index.js')

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-gitlab-'))
  execFileSync('git', ['init', '-q', directory])
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** What gitlab-ci-local says of a pipeline: it has GitLab's own schema, and lists the jobs. */
function listJobs(pipeline: unknown): string {
  writeFileSync(join(directory, '.gitlab-ci.yml'), JSON.stringify(pipeline))
  return execFileSync(process.execPath, [gitlabCiLocal, '--list-csv'], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

describe('what kernelkit plan prints', () => {
  it("passes the schema of Kubernetes' batch/v1 Job, which refuses a wrong one", () => {
    // validate() throws.
    new Job(kubernetesJob(input) as IJob).validate()
    const job = kubernetesJob(input) as { readonly spec: object }
    expect(() => new Job({ ...job, spec: { ...job.spec, completions: 'two' } } as unknown as IJob).validate()).toThrow('must be integer')
    expect(() => new Job({ ...job, spec: { completions: 2 } } as unknown as IJob).validate()).toThrow('template')
  })

  it("passes GitLab's schema, which refuses a wrong one", () => {
    const pipeline = gitlabPipeline(input)
    expect(listJobs(pipeline)).toMatch(/^"?kernelkit 1\/2"?;[^]*^"?kernelkit merge"?;/m)
    const wrong = { ...pipeline, 'kernelkit 1/2': { ...(pipeline['kernelkit 1/2'] as object), artifacts: { when: 'sometimes' } } }
    expect(() => listJobs(wrong)).toThrow(/Command failed/)
  })
})
