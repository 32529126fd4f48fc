import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runJob, startCacheService, type CacheService, type JobOptions, type JobResult } from '@kernelkit/testing'
import { toyTree } from '../../../packages/kernel/test/toy-tree.ts'
import { repository } from '../../../tools/source-files.ts'

let directory: string
let service: CacheService

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-build-action-'))
  service = await startCacheService()
})

afterEach(async () => {
  await service[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

interface JobChanges extends Pick<JobOptions, 'signal' | 'onLine'> {
  readonly with?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}

/** A job on a machine of its own, whose checkout holds a tree that builds in a second, changed by `files`. */
async function job(name: string, options: JobChanges = {}): Promise<JobResult> {
  await using toy = await toyTree()
  for (const [path, content] of Object.entries(options.files ?? {})) await toy.write(path, content)
  const { signal, onLine } = options
  return await runJob({
    ...(signal === undefined ? {} : { signal }),
    ...(onLine === undefined ? {} : { onLine }),
    directory: join(directory, name),
    env: { HOME: join(directory, name, 'home') },
    actionEnv: service.env,
    repositories: { 'me/kernelkit': repository },
    steps: [
      // The same files with other dates, as a checkout leaves them.
      { run: `rm -rf linux && cp -r ${toy.tree} linux && git -C linux init -q && git -C linux add -A` },
      { id: 'build', uses: 'me/kernelkit/actions/build-kernel@v0', with: { source: 'linux', config: 'toy.config', ...options.with } },
    ],
  })
}

/** Of every process of this machine. */
async function commandLines(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.map((line) => line.split('\0').join(' ').trim())
}

const keys = (): readonly string[] => service.entries.map(({ key }) => key.replace(/[0-9a-f]{32}/g, 'KEY'))

describe('build-kernel', () => {
  it('builds and saves; a checkout with other dates on another machine compiles nothing', async () => {
    const first = await job('first')
    const { main, outputs, post } = first.step('build')
    expect(first.conclusion).toBe('success')
    expect(outputs).toMatchObject({
      release: '0.1.0+',
      'cache-hit': 'false',
      saved: 'true',
      key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    })
    expect(await readdir(join(outputs['build-dir'] ?? ''))).toContain('vmlinux')
    // The configuration is a fact of the key.
    expect(main?.log).toMatch(/^ {2}config: \d+ lines, sha256 [0-9a-f]{16}$/m)
    expect(Math.max(...(main?.lines ?? []).map((line) => line.length))).toBeLessThan(400)
    expect(main?.summary).toMatch(/^### Kernel 0\.1\.0\\\+ \(x86_64\)\n/)
    expect(main?.groups).toEqual(['Tools', 'Key of the kernel', "The compiler's cache of earlier runs", 'Build'])
    expect(main?.annotations).toEqual([])
    expect(post?.outcome).toBe('success')
    expect(keys()).toEqual(['kernelkit-1-kernel-KEY', expect.stringMatching(/^kernelkit-1-ccache-x86_64-gcc-[0-9a-f]{8}-KEY$/)])

    const second = await job('second')
    const again = second.step('build')
    expect(again.outputs).toMatchObject({ key: outputs['key'], release: '0.1.0+', 'cache-hit': 'true', saved: 'false' })
    expect(again.outputs['vmlinux']).toMatch(new RegExp(`^${directory}/second/`))
    expect(await readFile(again.outputs['vmlinux'] ?? '')).toEqual(await readFile(outputs['vmlinux'] ?? ''))
    expect(again.main?.groups).toEqual(['Tools', 'Key of the kernel', 'Kernel'])
    expect(again.outputs['build-dir']).toBe('')
    expect(again.post?.log).toContain('nothing was compiled: nothing to save')
    expect(service.entries).toHaveLength(2)
  })

  it('compiles a changed tree with the compiler cache of earlier runs', async () => {
    await job('first')
    const second = await job('second', { files: { 'init/other.c': 'int other(void) { return 3; }\n' } })
    const { main, outputs, post } = second.step('build')
    expect(outputs['cache-hit']).toBe('false')
    expect(main?.log).toContain('restored ccache-x86_64-gcc-')
    expect(post?.log).toMatch(/Hits: +1 \/ +2/)
  })

  it('puts errors and warnings of the compiler at their lines in the repository', async () => {
    const files = { 'init/other.c': 'int other(void)\n{\n\tint unused;\n\treturn missing + unused;\n}\n' }
    const { conclusion, step } = await job('broken', { files })
    const { main, outputs, post } = step('build')
    expect(conclusion).toBe('failure')
    expect(main?.annotations).toEqual([
      { level: 'error', message: expect.stringContaining("'missing' undeclared") as string, file: 'linux/init/other.c', line: '4' },
      { level: 'warning', message: expect.stringContaining('[-Wreturn-type]') as string, file: 'linux/init/other.c', line: '5' },
      { level: 'error', title: 'BUILD_FAILED', message: expect.stringMatching(/^the kernel does not compile: 1 error/) as string },
    ])
    expect(main?.summary).toContain('was not built')
    expect(outputs).toEqual({})
    // What did compile need not be compiled again.
    expect(post?.outcome).toBe('success')
    expect(keys()).toEqual([expect.stringContaining('kernelkit-1-ccache-')])
  })

  it('annotates an input that is not understood once, although main and post read it', async () => {
    const { step } = await job('typo', { with: { 'working-directory': 'nowhere' } })
    const { main, post } = step('build')
    expect([main?.outcome, main?.annotations.length]).toEqual(['failure', 1])
    expect(post?.annotations).toEqual([])
  })

  it('does not take the build directory of an earlier job for its own when nothing was compiled', async () => {
    const first = await job('kept')
    const second = await job('kept')
    expect([first, second].map(({ step }) => step('build').outputs['cache-hit'])).toEqual(['false', 'true'])
    expect(second.step('build').outputs['build-dir']).toBe('')
  })

  it('puts an option that cannot be met at the line of the fragment that asks for it', async () => {
    const { step } = await job('unmet', {
      files: { 'ci.config': '# ours\nCONFIG_FEATURE=y\nCONFIG_MENU=n\n' },
      with: { config: 'linux/ci.config' },
    })
    expect(step('build').main?.annotations[0]).toMatchObject({ level: 'error', title: 'CONFIG_UNMET', file: 'linux/ci.config', line: '2' })
  })

  it('succeeds when it may not write to the cache, with a notice', async () => {
    service.switches.writable = false
    const { conclusion, step } = await job('fork')
    const { main, outputs } = step('build')
    expect(conclusion).toBe('success')
    expect(outputs).toMatchObject({ 'cache-hit': 'false', saved: 'false' })
    expect(main?.annotations.filter(({ level }) => level === 'notice')).toEqual([
      { level: 'notice', message: expect.stringContaining('The kernel was not saved to the Actions cache') as string },
    ])
  })

  it('ends the compiler when the job is cancelled, and keeps what was compiled until then', async () => {
    // Each object takes a nap whose command line is like no other.
    const nap = `sleep 4${process.pid}`
    const cancel = new AbortController()
    let wasRunning = false
    const cancelOnceRunning = async (): Promise<void> => {
      while (!(await commandLines()).includes(nap)) await setTimeout(100)
      wasRunning = true
      cancel.abort()
    }
    const { conclusion, step } = await job('cancelled', {
      files: { slow: nap },
      signal: cancel.signal,
      onLine: (line) => void (line === 'compiling ...' && cancelOnceRunning()),
    })
    const { main, post } = step('build')
    expect(conclusion).toBe('cancelled')
    expect(main?.cancelledBy).not.toBe('SIGKILL')
    expect(main?.annotations).toEqual([
      { level: 'error', title: 'INTERRUPTED', message: expect.stringContaining('cancelled (SIGINT)') as string },
    ])
    expect(wasRunning).toBe(true)
    expect(await commandLines()).not.toContain(nap)
    expect(post?.outcome).toBe('success')
  })

  it('takes defaults from kernelkit.yaml when the step asks for it, and says which', async () => {
    const { step } = await job('project', {
      with: { source: '', config: '', 'working-directory': 'linux', 'project-file': 'true' },
      files: { 'kernelkit.yaml': 'kernel: { config: [toy.config] }\n' },
    })
    expect(step('build').main?.log).toContain('defaults from kernelkit.yaml (kernel): config')
    expect(step('build').outputs['release']).toBe('0.1.0+')
  })
})
