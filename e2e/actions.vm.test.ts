import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCacheService, type CacheService, type JobResult, type JobStep } from '@kernelkit/testing'
import { newMachine, requireConclusion, stageOf, useAction, type Machine } from './lib/actions.ts'
import { testArtifacts } from './lib/kernelkit.ts'
import { processesWith } from './lib/processes.ts'
import { makeReadyRepository } from './lib/ready-tree.ts'
import { isFullRun } from './lib/tiers.ts'

const { kernel } = testArtifacts()

/** The job of a user: each step finds what those before it made. */
const stepsIn = (tree: string): readonly JobStep[] => [
  { id: 'checkout', run: 'git clone -q "$TREE" .', env: { TREE: tree } },
  useAction('setup-kvm', { for: 'all' }),
  // The full tier compiles a whole kernel.
  useAction('build-kernel', isFullRun() ? { source: 'deb:linux-source-6.12' } : {}),
  useAction('bake-image', { suite: 'bookworm' }),
  useAction('boot-vm', {
    run: 'uname -r\ncat /etc/os-release\necho "$GREETING" | tee "$KERNELKIT_ARTIFACTS/from-guest"\n',
    env: 'GREETING=hello $(id) "guest"',
  }),
  { id: 'command', run: 'kernelkit --version; ls "$DIRECTORY"', env: { DIRECTORY: '${{ steps.boot-vm.outputs.artifacts }}' } },
]

let cache: CacheService
let first: Machine
let second: Machine
let cold: JobResult
let warm: JobResult
let callsOfFirst = 0

beforeAll(async () => {
  cache = await startCacheService()
  // It compiles a whole kernel where the compiler cache has none of it.
  first = await newMachine({ cache, longestJobMs: 28 * 60_000 })
  // Neither downloaded nor compiled once more; the kernel itself is made here.
  await first.prime()
  const tree = join(first.directory, 'linux')
  await makeReadyRepository(tree, kernel)
  cold = await first.run(stepsIn(tree))
  callsOfFirst = cache.calls.length
  second = await newMachine({ cache })
  warm = await second.run(stepsIn(tree))
})

afterAll(async () => {
  for (const resource of [first, second, cache]) await resource?.[Symbol.asyncDispose]()
})

const outputsOf = (job: JobResult, id: string) => stageOf(job, id).outputs

describe('the four Actions as steps of one job', () => {
  it('pass', () => {
    requireConclusion(cold, 'success')
    expect(cold.steps.flatMap(({ undeclared, main }) => [...undeclared, ...(main?.errors ?? [])])).toEqual([])
  })

  it('name in outputs what they made', () => {
    const kernel = outputsOf(cold, 'build-kernel')
    const image = outputsOf(cold, 'bake-image')
    expect(kernel).toMatchObject({ 'cache-hit': 'false', saved: 'true', release: expect.stringMatching(/^6\.12\.\d+/) })
    expect(image).toMatchObject({ 'cache-hit': 'false', saved: 'true' })
    for (const path of [kernel['kernel'], kernel['vmlinux'], kernel['config'], image['image']]) {
      expect(path).toMatch(new RegExp(`^${first.store}/`))
      expect(statSync(path ?? '').size).toBeGreaterThan(0)
    }
    expect(outputsOf(cold, 'setup-kvm')).toMatchObject({ 'qemu-version': expect.stringMatching(/^\d+\.\d+/) })
    expect(outputsOf(cold, 'boot-vm')).toMatchObject({ verdict: 'pass', 'exit-code': '0', accel: outputsOf(cold, 'setup-kvm')['accel'] })
    expect(Number(outputsOf(cold, 'boot-vm')['boot-seconds'])).toBeGreaterThan(0)
  })

  it('run the script in that image under that kernel, its values untouched', () => {
    const { log } = stageOf(cold, 'boot-vm')
    expect(log).toContain(`\n${outputsOf(cold, 'build-kernel')['release']}\n`)
    expect(log).toMatch(/^VERSION_CODENAME=bookworm$/m)
    expect(log).toMatch(/^hello \$\(id\) "guest"$/m)
  })

  it('leave console, result and what the guest wrote for upload-artifact', () => {
    const { artifacts = '', console = '' } = outputsOf(cold, 'boot-vm')
    expect(readFileSync(join(artifacts, 'from-guest'), 'utf8')).toBe('hello $(id) "guest"\n')
    expect(readFileSync(console, 'utf8')).toContain(`Linux version ${outputsOf(cold, 'build-kernel')['release']}`)
    expect(JSON.parse(readFileSync(join(artifacts, 'result.json'), 'utf8'))).toMatchObject({ verdict: 'pass', exitCode: 0 })
  })

  it('put the command on PATH for the steps after them', () => {
    expect(stageOf(cold, 'command').log).toMatch(/^\d+\.\d+\.\d+[^]*^console\.log$/m)
  })

  it('write a summary each', () => {
    const summaryOf = (id: string) => stageOf(cold, id).summary
    expect(summaryOf('setup-kvm')).toMatch(/^### kernelkit is set up$/m)
    expect(summaryOf('build-kernel')).toContain(outputsOf(cold, 'build-kernel')['key'])
    expect(summaryOf('bake-image')).toMatch(/^### Image bookworm \(x86_64\)$/m)
    expect(summaryOf('boot-vm')).toMatch(/^### ✅ boot-vm: pass$/m)
    for (const part of ['probe', 'kernel', 'ready', 'command', 'total']) {
      expect(summaryOf('boot-vm')).toMatch(new RegExp(String.raw`^\| ${part} \| \d+\.\d\d \|$`, 'm'))
    }
  })

  it('warn that guests are emulated where there is no KVM, and of nothing else', () => {
    const warnedBy = cold.steps.flatMap(({ id, main }) =>
      (main?.annotations ?? []).flatMap(({ level, title }) => (level === 'notice' ? [] : [`${id}: ${level}: ${title}`])),
    )
    const hasKvm = outputsOf(cold, 'setup-kvm')['accel'] === 'kvm'
    // Once for all steps of the job.
    expect(warnedBy).toEqual(hasKvm ? [] : ['setup-kvm: warning: No KVM'])
  })

  it('fold their log', () => {
    expect(stageOf(cold, 'setup-kvm').groups).toContain('Proof that KVM works')
    expect(stageOf(cold, 'build-kernel').groups).toContain('Build')
    expect(stageOf(cold, 'boot-vm').groups).toContain('Boot and run')
  })

  it('save one kernel and one image', () => {
    const keys = cache.entries.map(({ key }) => key)
    for (const [kind, id] of [
      ['kernel', 'build-kernel'],
      ['image', 'bake-image'],
    ] as const) {
      expect(keys.filter((key) => key.endsWith(`${kind}-${outputsOf(cold, id)['key']}`))).toHaveLength(1)
    }
  })
})

describe('the same job on another machine', () => {
  it('takes kernel and image from the cache, and boots them', () => {
    requireConclusion(warm, 'success')
    for (const id of ['build-kernel', 'bake-image']) {
      expect(outputsOf(warm, id)).toMatchObject({ 'cache-hit': 'true', saved: 'false', key: outputsOf(cold, id)['key'] })
    }
    expect(outputsOf(warm, 'boot-vm')).toMatchObject({ verdict: 'pass', 'exit-code': '0' })
    expect(stageOf(warm, 'boot-vm').log).toContain(`\n${outputsOf(cold, 'build-kernel')['release']}\n`)
  })

  it('uploads neither again, and unpacks no source', () => {
    const keys = cache.calls.slice(callsOfFirst).flatMap(({ name, subject }) => (name === 'CreateCacheEntry' ? [subject] : []))
    expect(keys.filter((key) => /(?:kernel|image)-[0-9a-f]{16}/.test(key))).toEqual([])
    expect(readdirSync(second.store)).not.toContain('source')
  })

  it('has the image as sparse as it was', () => {
    const { blocks, size } = statSync(outputsOf(warm, 'bake-image')['image'] ?? '')
    expect(size).toBe(4 * 2 ** 30)
    expect((blocks * 512) / size).toBeLessThan(0.25)
  })
})

describe('after both jobs', () => {
  it('no output is held open, and no other user may write a file', () => {
    for (const job of [cold, warm]) {
      for (const { main, post } of job.steps) expect([main?.leftOutputOpen, post?.leftOutputOpen]).not.toContain(true)
    }
    for (const machine of [first, second]) {
      expect(execFileSync('find', [machine.directory, '-perm', '-002', '!', '-type', 'l'], { encoding: 'utf8' })).toBe('')
    }
  })

  it('no QEMU is left', async () => {
    for (const machine of [first, second]) expect(await processesWith(machine.directory, /qemu|node/)).toEqual([])
  })

  it('no token of the runner was printed', () => {
    const token = cache.env['ACTIONS_RUNTIME_TOKEN'] ?? ''
    for (const job of [cold, warm]) {
      for (const { main, post } of job.steps) expect([...(main?.lines ?? []), ...(post?.lines ?? [])].join('\n')).not.toContain(token)
    }
  })
})
