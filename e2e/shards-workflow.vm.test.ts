import { cpSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCacheService, type CacheService, type JobResult } from '@kernelkit/testing'
import { logOf, newMachine, requireConclusion, type Machine } from './lib/actions.ts'
import { testArtifacts } from './lib/kernelkit.ts'
import { ownActions } from '../tools/own-actions.ts'
import { repository } from '../tools/source-files.ts'
import { readWorkflow } from '../tools/workflow/read-workflow.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel } = testArtifacts()
const workflow = readFileSync(join(repository, '.github/workflows/shards.yml'), 'utf8')
let cache: CacheService
let machine: Machine
let project = ''
/** What upload-artifact has, by shard. */
let artifacts = ''

beforeAll(async () => {
  cache = await startCacheService()
  machine = await newMachine({ cache })
  project = join(machine.directory, 'project')
  artifacts = join(machine.directory, 'artifacts')
  mkdirSync(project)
  copyFileSync(kernel, join(project, 'bzImage'))
  const file = {
    vm: { memory: '512M' },
    tests: [
      { name: 'good', run: 'true' },
      { name: 'bad', run: 'exit 3' },
    ],
    matrix: { kernels: ['./bzImage'], roots: ['host'] },
  }
  writeFileSync(join(project, 'kernelkit.yaml'), JSON.stringify(file))
})
afterAll(async () => {
  await machine[Symbol.asyncDispose]()
  await cache[Symbol.asyncDispose]()
})

/** A job of shards.yml on a machine that is new but for its directory, what the other jobs hand over put in by hand. */
async function runJobOf(
  name: string,
  { matrix = '{}', shard }: { readonly matrix?: string; readonly shard?: string } = {},
): Promise<JobResult> {
  const text = workflow
    .replace('${{ fromJSON(needs.plan.outputs.matrix) }}', () => matrix)
    .replace('${{ inputs.shards }}', '2')
    .replace('${{ strategy.job-index }}', '0')
  const { steps } = readWorkflow(text, { job: name, matrix: shard === undefined ? {} : { shard }, ownActions, checkout: project })
  // What download-artifact does with merge-multiple.
  const local = steps.map((step) =>
    step.run?.includes('actions/download-artifact') === true ? { ...step, run: `mkdir results && cp -a '${artifacts}/.' results` } : step,
  )
  for (const one of [machine.store, machine.workspace]) rmSync(one, { recursive: true, force: true })
  return machine.run(
    local.map((step) => (step.uses === undefined ? step : { ...step, uses: step.uses.replace('OWNER/kernelkit', 'kernelkit/kernelkit') })),
  )
}

const verdictLine = (job: JobResult) => /^kernelkit: verdict=.*$/m.exec(logOf(job))?.[0] ?? logOf(job)

describe('the workflow shards.yml', () => {
  it(
    'plans, runs two shards and merges their results; a lost shard is red, its cells named; the next plan has the history',
    onlyFull('five jobs; e2e/matrix.vm.test.ts runs and merges two shards by the command'),
    async () => {
      const planned = await runJobOf('plan')
      requireConclusion(planned, 'success')
      const matrix = planned.step('plan').outputs['matrix'] ?? ''
      const { include } = JSON.parse(matrix) as { readonly include: readonly { readonly shard: string; readonly cells: string }[] }
      expect(include.map(({ shard }) => shard)).toEqual(['1/2', '2/2'])
      const conclusions: Record<string, string> = {}
      for (const { shard, cells } of include) {
        const job = await runJobOf('shard', { matrix, shard })
        conclusions[cells.replace(/@.*/, '')] = job.conclusion
        cpSync(join(job.directories.workspace, 'results'), artifacts, { recursive: true })
      }
      expect(conclusions).toEqual({ good: 'success', bad: 'failure' })
      const merged = await runJobOf('merge')
      expect(verdictLine(merged)).toBe('kernelkit: verdict=fail exit=1 cells=2 passed=1 failed=1 lost=0 shards=2')
      expect(merged.conclusion).toBe('failure')
      expect(readFileSync(join(merged.directories.workspace, 'results.xml'), 'utf8')).toContain('tests="2" failures="1" errors="0"')
      expect(existsSync(join(merged.directories.workspace, 'all'))).toBe(true)

      const again = await runJobOf('plan')
      expect(logOf(again)).toContain('history of tests: from the Actions cache')
      const recorded = readFileSync(join(machine.store, 'history/tests.jsonl'), 'utf8').trim().split('\n')
      expect(recorded.map((line) => (JSON.parse(line) as { readonly test: string }).test).toSorted()).toEqual(['bad', 'good'])

      const lost = include.find(({ cells }) => cells.startsWith('good@'))
      rmSync(join(artifacts, lost?.shard.replace(/\/.*/, '') ?? ''), { recursive: true })
      const red = await runJobOf('merge')
      expect(red.conclusion).toBe('failure')
      expect(logOf(red)).toContain(`lost: ${lost?.cells ?? ''} (no results of shard ${lost?.shard ?? ''})`)
    },
  )
})
