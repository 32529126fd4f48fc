import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCacheService, type CacheService, type JobStep } from '@kernelkit/testing'
import { logOf, newMachine, requireConclusion, stageOf, type Machine } from './lib/actions.ts'
import { testArtifacts } from './lib/kernelkit.ts'
import { makeReadyRepository } from './lib/ready-tree.ts'
import { isFullRun, onlyFull } from './lib/tiers.ts'

const { kernel, store } = testArtifacts()
let machine: Machine

/** The action at the root of the repository, as another repository uses it. */
const oneStep = (inputs: Readonly<Record<string, string>>): JobStep => ({
  id: 'kernelkit',
  uses: 'kernelkit/kernelkit@v1',
  with: { 'cache-dir': store, cache: 'false', ...inputs },
})

beforeAll(async () => {
  machine = await newMachine()
  await mkdir(machine.workspace, { recursive: true })
  await writeFile(join(machine.workspace, 'Makefile'), 'check:\n\ttest -d /proc/self && echo checked\n')
})
afterAll(() => machine[Symbol.asyncDispose]())

describe('the action at the root of the repository', () => {
  it('runs a script under each kernel of a list, in one step, and names what came of it', async () => {
    const job = await machine.run([oneStep({ run: 'uname -r\nmake check\n', kernel: `debian:12/cloud\n${kernel}` })])
    requireConclusion(job, 'success')
    const { log } = stageOf(job, 'kernelkit')
    expect(log).toMatch(/^6\.1\.0-\d+-cloud-amd64$/m)
    expect(log).toMatch(/^6\.12\.\d+$/m)
    expect(log.match(/^checked$/gm)).toHaveLength(2)
    expect(job.step('kernelkit').outputs).toMatchObject({ verdict: 'pass', 'exit-code': '0' })
    expect(job.step('kernelkit').undeclared).toEqual([])
  })

  it('needs nothing but a script', async () => {
    const job = await machine.run([oneStep({ run: 'uname -r\nmake check\n' })])
    requireConclusion(job, 'success')
    expect(stageOf(job, 'kernelkit').log).toMatch(/^6\.1\.0-\d+-cloud-amd64\n(?:.*\n)*checked$/m)
    expect(job.step('kernelkit').outputs).toMatchObject({ verdict: 'pass' })
  })

  it(
    'runs a suite of the tree that the kernel was built from',
    onlyFull('a guest more; e2e/kselftest.vm.test.ts runs the suite by the command'),
    async () => {
      const job = await machine.run([oneStep({ kselftest: 'size', kernel })])
      requireConclusion(job, 'success')
      const { junit = '', verdict } = job.step('kernelkit').outputs
      expect(verdict).toBe('pass')
      expect(await readFile(junit, 'utf8')).toContain('selftests: size: get_size')
    },
  )

  it('runs the tests of kernelkit.yaml without a script, and fails with them', async () => {
    const tests = 'tests:\n  - { name: good, run: "true" }\n  - { name: bad, run: exit 3 }\n'
    await writeFile(join(machine.workspace, 'kernelkit.yaml'), tests)
    const job = await machine.run([oneStep({ kernel })])
    requireConclusion(job, 'failure')
    expect(logOf(job)).toMatch(/tests=2 passed=1 failed=1/)
  })

  it('finds all that it needs in the Actions cache in a second run on another machine: nothing is fetched or built, and the history of tests is there', async () => {
    const run = async (cache: CacheService, inputs: Readonly<Record<string, string>>) => {
      await using fresh = await newMachine({ cache })
      await mkdir(fresh.workspace, { recursive: true })
      await writeFile(
        join(fresh.workspace, 'kernelkit.yaml'),
        'vm: { kernel: "debian:12/cloud" }\ntests: [{ name: good, run: uname -r }]\n',
      )
      // No apt list and no package of the test store: what the machine has is what the cache gave it.
      const job = await fresh.run([{ id: 'kernelkit', uses: 'kernelkit/kernelkit@v1', with: inputs }])
      requireConclusion(job, 'success')
      return logOf(job)
    }
    // With the test's name in front where there are tests.
    const fetching = /^(?:good: )?(?:fetch linux-image|list the kernels)/m
    // The tests of kernelkit.yaml, whose history is kept; the full tier runs a script, too.
    for (const inputs of [{}, ...(isFullRun() ? [{ run: 'uname -r' }] : [])]) {
      await using cache = await startCacheService()
      expect(await run(cache, inputs)).toMatch(fetching)
      const second = await run(cache, inputs)
      expect(second).not.toMatch(fetching)
      expect(second).toMatch(/^Cache hit for: kernelkit-\d+-kernel-/m)
      // A script without kernelkit.yaml's tests leaves none.
      const isRecorded = !('run' in inputs)
      expect(second.includes('history of tests: from the Actions cache')).toBe(isRecorded)
      expect(second.includes('history of tests: saved to the Actions cache')).toBe(isRecorded)
    }
  })

  it(
    'builds a kernel and bakes an image once: a second run on another machine takes both from the Actions cache',
    onlyFull('it bakes an image and saves it; e2e/actions.vm.test.ts does it with the four actions'),
    async () => {
      const tree = join(machine.directory, 'linux')
      await makeReadyRepository(tree, kernel)
      await using cache = await startCacheService()
      const inputs = {
        source: '.',
        config: 'ready.config',
        suite: 'bookworm',
        run: 'uname -r\n. /etc/os-release\necho "$VERSION_CODENAME"\n',
      }
      const run = async (prime: boolean) => {
        await using fresh = await newMachine({ cache })
        // Packages that were downloaded before.
        if (prime) await fresh.prime()
        const job = await fresh.run([
          { run: 'git clone -q "$TREE" .', env: { TREE: tree } },
          { id: 'kernelkit', uses: 'kernelkit/kernelkit@v1', with: inputs },
        ])
        requireConclusion(job, 'success')
        expect(stageOf(job, 'kernelkit').log).toMatch(/^6\.12\.\d+\S*\nbookworm$/m)
        return logOf(job)
      }
      expect(await run(true)).not.toMatch(/^Cache hit for/m)
      const second = await run(false)
      expect(second).toMatch(/^Cache hit for: kernelkit-\d+-kernel-[^]*^in the store: nothing is compiled$/m)
      expect(second).toMatch(/^Cache hit for: kernelkit-\d+-image-/m)
    },
  )

  it('refuses an input that there is not', async () => {
    const job = await machine.run([oneStep({ kernle: 'debian:12' })])
    requireConclusion(job, 'failure')
    expect(logOf(job)).toContain('Did you mean kernel?')
  })
})
