import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCacheService, type CacheService, type JobOptions, type JobStep } from '@kernelkit/testing'
import { logOf, newMachine, stageOf, useAction, type Machine } from './lib/actions.ts'
import { testArtifacts } from './lib/kernelkit.ts'
import { gitIn, makeReadyTree } from './lib/ready-tree.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()
let cache: CacheService
const machines: Machine[] = []
let repository = ''
const commits: string[] = []
// The sixth of eight breaks the program; the first is what the pull request began at.
const planted = 5

beforeAll(async () => {
  cache = await startCacheService()
  const machine = await newMachine({ cache })
  machines.push(machine)
  repository = join(machine.directory, 'origin')
  mkdirSync(repository)
  const git = gitIn(repository)
  git('init', '--quiet', '-b', 'main')
  for (let number = 0; number < 8; number++) {
    writeFileSync(join(repository, 'test.sh'), `# ${number}\n${number >= planted ? 'echo broken; exit 3' : 'exit 0'}\n`)
    git('add', 'test.sh')
    git('commit', '--quiet', '-m', `program: change ${number}`)
    commits.push(git('rev-parse', 'HEAD'))
  }
})
afterAll(async () => {
  for (const machine of machines) await machine[Symbol.asyncDispose]()
  await cache[Symbol.asyncDispose]()
})

/** A job of a pull request of these commits, on a checkout of all of them. */
function jobOf(base: number, head: number): readonly JobStep[] {
  const event = { pull_request: { base: { sha: commits[base] }, head: { sha: commits[head] } } }
  const setUp = [
    `rm -rf ./* .git && git clone -q '${repository}' . && git checkout -q ${commits[head] ?? ''}`,
    `echo '${JSON.stringify(event)}' >"$GITHUB_EVENT_PATH"`,
  ]
  const inputs = { kernel, image, memory: '512M', run: 'echo "in $PWD"\nsh test.sh', bisect: 'true' }
  return [{ run: setUp.join('\n') }, useAction('boot-vm', inputs, { id: 'boot' })]
}

const pullRequest: Partial<JobOptions> = { facts: { eventName: 'pull_request', ref: 'refs/pull/7/merge' } }

describe('boot-vm with `bisect: true`', () => {
  it('names the guilty commit of a pull request, and the next job continues where a cancelled one ended', async () => {
    const [machine] = machines
    if (machine === undefined) throw new Error('there is no machine')
    const cancel = new AbortController()
    const seen: string[] = []
    const cancelled = await machine.run(jobOf(0, 7), {
      ...pullRequest,
      signal: cancel.signal,
      onLine: (line) => {
        if (/^[0-9a-f]{12} (?:good|bad) /.test(line)) seen.push(line)
        if (seen.length === 3) cancel.abort()
      },
    })
    expect(stageOf(cancelled, 'boot', 'post').log).toContain('the next job of this pull request continues it')
    // Another machine at the same paths: only the Actions cache is left.
    rmSync(machine.store, { recursive: true, force: true })
    const job = await machine.run(jobOf(0, 7), pullRequest)
    const { annotations, summary, log } = stageOf(job, 'boot')
    expect(log).toMatch(/continuing a bisection: [345] commits are known/)
    expect(job.conclusion).toBe('failure')
    const guilty = commits[planted]?.slice(0, 12) ?? ''
    expect(annotations).toContainEqual({
      level: 'error',
      title: 'Guilty commit',
      message: `${guilty} program: change ${planted} (t <t@example.org>) is the first commit that the script fails on.`,
    })
    expect(summary).toMatch(new RegExp(String.raw`^\| ${guilty} \| bad \| fail \| `, 'm'))
    expect({ log: logOf(job), saved: job.step('boot').post?.log ?? '' }).not.toMatchObject({
      saved: expect.stringContaining('continues it'),
    })
    execFileSync('git', ['-C', job.directories.workspace, 'diff', '--quiet', 'HEAD'])
  })

  it(
    'says that it was red before where the base fails, too, and what the checkout lacks',
    onlyFull('six guests more; e2e/bisect-command.vm.test.ts asks the command'),
    async () => {
      const [machine] = machines
      if (machine === undefined) throw new Error('there is no machine')
      const red = await machine.run(jobOf(6, 7), pullRequest)
      expect(stageOf(red, 'boot').annotations).toContainEqual({
        level: 'notice',
        title: 'It was red before you',
        message: expect.stringContaining('fails, too: it was red before these commits') as string,
      })
      const [setUp, boot] = jobOf(0, 7)
      const shallow = setUp?.run?.replace('clone -q', 'clone -q --depth 1 -b main').replace(repository, `file://${repository}`) ?? ''
      const alone = await machine.run([{ run: shallow }, ...(boot === undefined ? [] : [boot])], pullRequest)
      expect(stageOf(alone, 'boot').annotations).toContainEqual({
        level: 'warning',
        title: 'Not bisected',
        message: 'The commits of the pull request are not in the checkout: give actions/checkout `fetch-depth: 0`.',
      })
    },
  )

  it(
    'builds each commit again where build-kernel made the kernel of the workspace',
    onlyFull('a build and a guest for each commit; e2e/bisect-builds.vm.test.ts does it by the command'),
    async () => {
      const [machine] = machines
      if (machine === undefined) throw new Error('there is no machine')
      const origin = join(machine.directory, 'linux')
      await makeReadyTree(origin, kernel)
      // ud2 throughout: the CPU resets before anything is printed.
      writeFileSync(join(origin, 'broken-kernel'), readFileSync(kernel).fill('\u000F\u000B', 0x8000, undefined, 'latin1'))
      const git = gitIn(origin)
      git('init', '--quiet', '-b', 'main')
      git('add', '-A')
      const hashes = Array.from({ length: 4 }, (_, number) => {
        const boots = number >= 2 ? '// boots broken-kernel\n' : ''
        writeFileSync(join(origin, 'driver/driver.c'), `${boots}int driver(void) { return ${number}; }\n`)
        git('commit', '--quiet', '-am', `driver: change ${number}`)
        return git('rev-parse', 'HEAD')
      })
      const event = { pull_request: { base: { sha: hashes[0] }, head: { sha: hashes[3] } } }
      const setUp = `rm -rf ./* .git && git clone -q '${origin}' . && echo '${JSON.stringify(event)}' >"$GITHUB_EVENT_PATH"`
      const job = await machine.run(
        [
          { run: setUp },
          useAction('build-kernel', { cache: 'false', ccache: 'false' }, { id: 'build' }),
          useAction('boot-vm', { root: 'host', memory: '512M', run: 'uname -r', bisect: 'true' }, { id: 'boot' }),
        ],
        pullRequest,
      )
      expect({ annotations: stageOf(job, 'boot').annotations, log: logOf(job) }).toMatchObject({
        annotations: expect.arrayContaining([
          {
            level: 'error',
            title: 'Guilty commit',
            message: `${hashes[2]?.slice(0, 12) ?? ''} driver: change 2 (t <t@example.org>) is the first commit that the script fails on.`,
          },
        ]) as unknown,
      })
    },
  )
})
