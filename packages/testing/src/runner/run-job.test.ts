import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobStep } from './job-step.ts'
import { runJob, type JobOptions } from './run-job.ts'

let directory = ''
beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-job-')))
  // Prints what it is given, and passes it to post by state.
  await writeAction('echo', {
    'action.yml': `
      name: echo
      description: echo
      inputs:
        two words: { description: d, default: "of \${{ runner.os }}" }
        kernel-version: { description: d }
      runs: { using: node24, main: main.mjs, post: post.mjs }`,
    'main.mjs': `
      import { appendFileSync } from 'node:fs'
      const { env } = process
      const names = ['INPUT_TWO_WORDS', 'INPUT_KERNEL-VERSION', 'INPUT_UNKNOWN', 'ACTIONS_RUNTIME_TOKEN', 'FROM_JOB', 'FROM_STEP', 'EARLIER']
      appendFileSync(env.GITHUB_OUTPUT, 'seen=' + JSON.stringify(names.map((name) => env[name] ?? null)) + '\\n')
      appendFileSync(env.GITHUB_STATE, 'mine=' + env.GITHUB_ACTION + '\\n')
      console.error('::warning file=a.c,line=7::from stderr')`,
    'post.mjs': "console.log('post of ' + process.env.STATE_mine + ' in ' + process.cwd())",
  })
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function writeAction(name: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    const path = join(directory, 'repository', name, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
}

const run = async (steps: readonly JobStep[], options: Partial<JobOptions> = {}) =>
  runJob({
    directory: await mkdtemp(join(directory, 'machine-')),
    steps,
    repositories: { 'o/r': join(directory, 'repository') },
    ...options,
  })
const script = (id: string, text: string, more: Partial<JobStep> = {}): JobStep => ({ id, run: text, ...more })

/** A process that has ended, but whose status was not read yet, does not count. */
async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat !== '' && !stat.includes(') Z ')
}

describe.concurrent('runJob', { timeout: 120_000 }, () => {
  it('gives an action its inputs and variables, and its state to post, the last step first', async () => {
    const job = await run(
      [
        script('env', 'echo EARLIER=1 >> "$GITHUB_ENV"; [ -z "$ACTIONS_RUNTIME_TOKEN" ]'),
        { id: 'one', uses: 'o/r/echo@v1', with: { 'Kernel-Version': '6.12', unknown: true }, env: { FROM_STEP: 's' } },
        { id: 'two', uses: 'o/r/echo@v1', with: { 'two words': '' } },
      ],
      { env: { FROM_JOB: 'j' }, actionEnv: { ACTIONS_RUNTIME_TOKEN: 't' } },
    )
    expect(job.conclusion).toBe('success')
    expect(job.step('one')).toMatchObject({
      outputs: { seen: JSON.stringify(['of Linux', '6.12', 'true', 't', 'j', 's', '1']) },
      undeclared: ['unknown'],
      main: { annotations: [{ level: 'warning', file: 'a.c', line: '7', message: 'from stderr' }] },
      post: { log: `post of one in ${job.directories.workspace}` },
    })
    expect(job.step('two').outputs['seen']).toBe(JSON.stringify(['', '', null, 't', 'j', null, '1']))
    expect(job.step('two').post?.startedAt).toBeLessThan(job.step('one').post?.startedAt ?? 0)
  })

  it('carries outputs, variables, PATH and masks from step to step', async () => {
    const job = await run([
      script(
        'a',
        'echo "word=$(printf "a\\x27b")" >> "$GITHUB_OUTPUT"; mkdir -p bin; echo "$PWD/bin" >> "$GITHUB_PATH"; echo "::add-mask::quiet"',
      ),
      script('b', 'printf "#!/bin/sh\\necho tool of %s \\$1\\n" mine > bin/tool; chmod +x bin/tool; tool "${{ steps.a.outputs.word }}"'),
      script('c', 'echo be quiet; echo "# quiet" >> "$GITHUB_STEP_SUMMARY"'),
    ])
    expect(job.step('b').main?.log).toBe("tool of mine a'b")
    expect(job.step('c').main).toMatchObject({ log: 'be ***', summary: '# ***\n' })
  })

  it('runs a script with a shell of its own, found on PATH', async () => {
    const job = await run([
      script(
        'make',
        'mkdir -p bin; printf "#!/bin/sh\\necho shell; cat \\"\\$1\\"\\n" > bin/my-shell; chmod +x bin/my-shell; echo "$PWD/bin" >> $GITHUB_PATH',
      ),
      script('use', 'not $(run)\n', { shell: 'my-shell {0}' }),
    ])
    expect(job.step('use').main?.log).toBe('shell\nnot $(run)')
  })

  it('skips what follows a failure, unless it asks to run', async () => {
    const job = await run([
      script('may', 'exit 3', { 'continue-on-error': true }),
      script('bad', 'exit 4'),
      script('after', 'true'),
      script('always', 'true', { if: 'always()' }),
      script('failure', 'true', { if: 'failure()' }),
    ])
    expect(job.conclusion).toBe('failure')
    expect(job.steps.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'may failure',
      'bad failure',
      'after skipped',
      'always success',
      'failure success',
    ])
    expect(job.step('bad').main?.exitCode).toBe(4)
  })

  it.each([
    ['a malformed file', 'echo word >> "$GITHUB_OUTPUT"', /GITHUB_OUTPUT.*Invalid format 'word'/],
    ['NODE_OPTIONS', 'echo NODE_OPTIONS=--inspect >> "$GITHUB_ENV"', /NODE_OPTIONS/],
    ['a summary that is too long', 'head -c 1048577 /dev/zero >> "$GITHUB_STEP_SUMMARY"', /1048577 bytes/],
    ['an outdated command', 'echo "::set-env name=a::b"', /refuses ::set-env/],
  ])('fails a step for %s', async (_what, text, message) => {
    const job = await run([script('step', text)])
    expect(job.step('step')).toMatchObject({ outcome: 'failure', main: { exitCode: 0, errors: [expect.stringMatching(message)] } })
  })

  it('cancels with SIGINT and still runs what always runs, without being cancelled again', async () => {
    const cancel = new AbortController()
    const job = await run(
      [
        { id: 'action', uses: 'o/r/echo@v1' },
        // bash may lose a signal that comes while it waits for a program in the foreground.
        script('wait', 'trap "echo got INT; kill \\$!; exit 0" INT; sleep 1000 & echo ready; wait'),
        script('after', 'true'),
        script('always', 'echo still', { if: 'always()' }),
      ],
      { signal: cancel.signal, onLine: (line) => line === 'ready' && cancel.abort() },
    )
    expect(job.conclusion).toBe('cancelled')
    expect(job.step('wait')).toMatchObject({ outcome: 'cancelled', main: { cancelledBy: 'SIGINT', log: 'ready\ngot INT' } })
    expect(job.step('after').outcome).toBe('skipped')
    expect(job.step('always').main?.log).toBe('still')
    expect(job.step('action').post?.outcome).toBe('success')
  })

  it('kills what heeds neither SIGINT nor SIGTERM, its children too', async ({ expect }) => {
    const cancel = new AbortController()
    const job = await run([script('deaf', 'trap "" INT TERM; sleep 1000 & echo "$!"; echo ready; while :; do sleep 0.1; done')], {
      signal: cancel.signal,
      onLine: (line) => line === 'ready' && cancel.abort(),
    })
    expect(job.step('deaf').main).toMatchObject({ cancelledBy: 'SIGKILL', endedBy: 'SIGKILL', leftOutputOpen: false })
    await expect.poll(() => isRunning(Number(job.step('deaf').main?.lines[0])), { timeout: 60_000 }).toBe(false)
  })

  it('notices a child that keeps the output of its step open', async () => {
    const job = await run([script('child', 'sleep 30 & echo "$!"')])
    process.kill(Number(job.step('child').main?.lines[0]))
    expect(job.step('child').main).toMatchObject({ exitCode: 0, leftOutputOpen: true })
  })
})
