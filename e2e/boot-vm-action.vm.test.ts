import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCacheService, type JobResult, type JobStep } from '@kernelkit/testing'
import { logOf, newMachine, stageOf, useAction, type Machine } from './lib/actions.ts'
import { testArtifacts } from './lib/kernelkit.ts'
import { qemuPids, waitUntil } from './lib/processes.ts'
import { repository } from '../tools/source-files.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image, store } = testArtifacts()

let machine: Machine
beforeAll(async () => {
  machine = await newMachine()
})
afterAll(() => machine[Symbol.asyncDispose]())

/** A VM with the runner's own root; kernel and agent come from the test store. */
const boot = (inputs: NonNullable<JobStep['with']>, more: Partial<JobStep> = {}): JobStep =>
  useAction('boot-vm', { kernel, root: 'host', 'cache-dir': store, ...inputs }, more)
const inGuest = (id: string, run: string, more: Partial<JobStep> = {}): JobStep => ({ id, run, shell: 'kernelkit-vm {0}', ...more })

/** The first step in the kept VM that the README shows: it works in the kernel of the tests, whose configuration is the default one. */
const readme = readFileSync(join(repository, 'actions/boot-vm/README.md'), 'utf8')
const readmeStep = /- shell: kernelkit-vm \{0\}\n {2}run: \|\n((?: {4}.*\n)+)/.exec(readme)?.[1]?.replaceAll(/^ {4}/gm, '') ?? ''

const errorsOf = (job: JobResult, id: string, stage: 'main' | 'post' = 'main') =>
  stageOf(job, id, stage).annotations.filter(({ level }) => level === 'error')

describe('boot-vm', () => {
  it('runs the script in the guest, reports the verdict and leaves what is worth uploading', async () => {
    const script = [
      'uname -r',
      'echo "$PWD $GITHUB_REF_NAME [$GITHUB_TOKEN] $MINE [$OTHER] $FIXED"',
      String.raw`printf '%s\n' 'it'"'"'s "$HOME" \n $(id) {0}'`,
      'cat committed',
      'echo guest >"$KERNELKIT_ARTIFACTS/of-the-guest"',
      'touch committed-not',
      'echo "::error::forged"',
    ]
    const job = await machine.run(
      [
        { run: 'echo content >committed' },
        boot(
          { run: script.join('\n'), env: '# a comment\nMINE\nFIXED=with = $signs' },
          { id: 'boot', env: { MINE: 'mine', OTHER: 'other', GITHUB_TOKEN: 'secret' } },
        ),
      ],
      {},
    )
    const main = stageOf(job, 'boot')
    expect({ conclusion: job.conclusion, log: logOf(job) }).toMatchObject({ conclusion: 'success' })
    const { artifacts = '', console = '', junit = '', ...outputs } = job.step('boot').outputs
    expect(outputs).toMatchObject({ verdict: 'pass', 'exit-code': '0', accel: expect.stringMatching(/^(?:kvm|tcg)$/) })
    expect(Number(outputs['boot-seconds'])).toBeGreaterThan(0)
    const { workspace } = job.directories
    expect(main.lines).toContain(`${workspace} main [] mine [] with = $signs`)
    expect(main.lines).toContain(String.raw`it's "$HOME" \n $(id) {0}`)
    expect(main.lines).toContain('content')
    expect(existsSync(join(workspace, 'committed-not'))).toBe(false)
    expect(main.annotations.map(({ message }) => message)).not.toContain('forged')

    expect(artifacts).toBe(join(workspace, 'kernelkit-artifacts'))
    expect(readFileSync(join(artifacts, 'of-the-guest'), 'utf8')).toBe('guest\n')
    expect(readFileSync(console, 'utf8')).toContain('Linux version')
    expect(readFileSync(junit, 'utf8')).toContain('name="uname -r echo')
    expect(JSON.parse(readFileSync(join(artifacts, 'result.json'), 'utf8'))).toMatchObject({ verdict: 'pass', exitCode: 0 })
    expect(readdirSync(artifacts)).toContain('replay.sh')
    expect(readFileSync(join(artifacts, 'replay.cpio'), 'utf8')).toContain(`<<'END'\n${script.join('\n')}\nEND\n`)

    expect(main.summary).toMatch(/^### ✅ boot-vm: pass$/m)
    expect(main.summary).toMatch(/^\| acceleration \| (?:kvm|tcg) /m)
    for (const part of ['probe', 'start', 'kernel', 'userspace', 'ready', 'command', 'total']) {
      expect(main.summary).toMatch(new RegExp(String.raw`^\| ${part} \| \d+\.\d\d \|$`, 'm'))
    }
    expect(main.summary).toContain('there is no Actions cache here')
    const isEmulated = outputs['accel'] === 'tcg'
    expect(main.annotations.filter(({ title }) => title === 'No KVM')).toHaveLength(isEmulated ? 1 : 0)
  })

  it('fails as its script does, with the status and one annotation', async () => {
    const job = await machine.run([boot({ run: 'echo before; (exit 42); echo after', image, root: 'image' }, { id: 'boot' })])
    expect(job.step('boot')).toMatchObject({ outcome: 'failure', outputs: { verdict: 'fail', 'exit-code': '42' } })
    expect(stageOf(job, 'boot').lines).toContain('before')
    expect(stageOf(job, 'boot').lines).not.toContain('after')
    expect(errorsOf(job, 'boot')).toEqual([
      { level: 'error', title: 'boot-vm: fail', message: expect.stringMatching(/^the command exited with status 42\./) as string },
    ])
    expect(stageOf(job, 'boot').summary).toMatch(/^### ❌ boot-vm: fail$/m)
  })

  it('annotates failed tests and kernel reports where the workspace has their source', async () => {
    const tap = ['TAP version 13', '1..2', 'ok 1 fine', '# bad.c:2:bad:Expected 1 (1) == 2 (2)', 'not ok 2 bad'].join('\n')
    const warning = [
      '------------[ cut here ]------------',
      'WARNING: CPU: 0 PID: 1 at bad.c:3 bad_probe+0x1/0x2',
      '---[ end trace 0000000000000000 ]---',
    ]
    const job = await machine.run([
      { run: 'printf "1\\n2\\n3\\n" >bad.c' },
      boot(
        {
          run: `cat <<'END'\n${tap}\nEND\n${warning.map((line) => `echo '<4>${line}' >/dev/kmsg`).join('\n')}\nsleep 1`,
          'on-oops': 'continue',
        },
        { id: 'boot' },
      ),
    ])
    expect({ ...job.step('boot').outputs, log: logOf(job) }).toMatchObject({ verdict: 'fail', 'exit-code': '1' })
    expect(errorsOf(job, 'boot')).toEqual([
      {
        level: 'error',
        file: 'bad.c',
        line: '3',
        title: 'Kernel report: warning',
        message: expect.stringContaining('bad_probe') as string,
      },
      {
        level: 'error',
        file: 'bad.c',
        line: '2',
        title: 'not ok: bad',
        message: expect.stringContaining('Expected 1 (1) == 2 (2)') as string,
      },
      { level: 'error', title: 'boot-vm: fail', message: expect.any(String) as string },
    ])
    const { summary } = stageOf(job, 'boot')
    expect(summary).toContain('Tests: 2 tests: 1 passed, 1 failed')
    expect(summary).toMatch(/<details><summary>warning: WARNING in bad_probe \(bad\.c:3\)<\/summary>/)
  })

  it('names the input and the verdict when no VM could be booted', async () => {
    const job = await machine.run([
      boot({ run: 'true', memory: '12' }, { id: 'bad', 'continue-on-error': true }),
      boot({ run: 'true', kernel: 'nowhere' }, { id: 'none' }),
    ])
    expect(job.step('bad').outputs).toEqual({ verdict: 'infra-fail', 'exit-code': '125' })
    expect(errorsOf(job, 'bad')).toEqual([
      { level: 'error', title: 'BAD_OPTION', message: expect.stringMatching(/^the input `memory` '12' is not allowed here/) as string },
    ])
    expect(stageOf(job, 'none').summary).toMatch(/^### ❌ boot-vm: infra-fail$/m)
  })
})

describe('the base branch', () => {
  it('leaves its boot time to others, which compare with it', onlyFull('three jobs more'), async () => {
    await using cache = await startCacheService()
    await using runner = await newMachine({ cache })
    const payload: JobStep = { run: `echo '{"repository":{"default_branch":"trunk"}}' >"$GITHUB_EVENT_PATH"` }
    const steps = [payload, boot({ run: 'true' }, { id: 'boot' })]
    const saved = () => cache.entries.filter(({ key }) => key.startsWith('kernelkit-1-boot-')).length

    const early = await runner.run(steps, { facts: { ref: 'refs/pull/1/merge', eventName: 'pull_request' } })
    expect(stageOf(early, 'boot').summary).toContain('the first passing run on the default branch leaves one')
    expect(saved()).toBe(0)
    const base = await runner.run(steps, { facts: { ref: 'refs/heads/trunk', sha: 'b'.repeat(40) } })
    expect(stageOf(base, 'boot').log).toContain('boot times saved')
    expect(saved()).toBe(1)
    const change = await runner.run(steps, { facts: { ref: 'refs/pull/2/merge', eventName: 'pull_request' } })
    expect(saved()).toBe(1)
    const { summary } = stageOf(change, 'boot')
    expect(summary).toContain('| seconds | this run | base (bbbbbbbbbbbb) | change |')
    expect(summary).toMatch(/^\| ready \| \d+\.\d\d \| \d+\.\d\d \| (?:\\\+|-)?\d+ % \|$/m)
    expect(summary).toMatch(/^Boot time: \d+\.\d\d s, [+-]?\d+ % against the base branch\.$/m)
  })
})

describe('a VM that is kept', () => {
  it('runs later steps as if they were on the runner, and is stopped by the job', async () => {
    const job = await machine.run([
      boot({ keep: true, name: 'kept-one', env: 'NAMED', 'pass-env': 'WORD LINES' }, { id: 'boot' }),
      inGuest(
        'write',
        [
          'uname -r; hostname',
          'echo "out=of the guest" >>"$GITHUB_OUTPUT"',
          'printf "LINES<<END\\na=1\\n\\$HOME\\nEND\\nWORD=w\\nOWN=of the guest\\nBASH_ENV=/evil\\n" >>"$GITHUB_ENV"',
          'mkdir -p /run/own; printf "#!/bin/sh\\necho tool of the guest\\n" >/run/own/tool; chmod +x /run/own/tool',
          'echo /run/own >>"$GITHUB_PATH"',
          'echo "# from the guest" >>"$GITHUB_STEP_SUMMARY"',
          'mkdir sub && touch sub/seen',
          'echo left >"$KERNELKIT_ARTIFACTS/left"',
        ].join('\n'),
        { env: { NAMED: 'named', OTHER: 'other' } },
      ),
      { id: 'host', run: 'echo "$WORD|$LINES|${{ steps.write.outputs.out }}|$OWN|$BASH_ENV|$PATH"; mkdir sub' },
      inGuest('read', 'echo "$WORD|$LINES|$NAMED|$OTHER|$OWN"; tool; pwd; ls', {
        'working-directory': 'sub',
        env: { NAMED: 'again', OTHER: 'other' },
      }),
      inGuest('readme', readmeStep),
      inGuest('fail', 'echo one; false; echo two', { 'continue-on-error': true }),
      inGuest('status', 'exit 7', { 'continue-on-error': true }),
      { id: 'qemu', run: `tr '\\0' '\\n' <"/proc/$(pgrep -f '^[^ ]*qemu-system.*kept-one')/environ" | grep ^RUNNER_TRACKING_ID=` },
      { id: 'files', run: 'cat kernelkit-artifacts/left; wc -l <kernelkit-artifacts/console.log' },
    ])
    expect({ conclusion: job.conclusion, log: logOf(job) }).toMatchObject({ conclusion: 'success' })
    expect(job.step('boot').outputs).toMatchObject({ verdict: 'pass', name: 'kept-one' })
    expect(stageOf(job, 'boot').leftOutputOpen).toBe(false)
    expect(stageOf(job, 'write')).toMatchObject({ outputs: { out: 'of the guest' }, summary: '# from the guest\n' })
    expect(stageOf(job, 'write').lines[1]).toBe('kept-one')
    expect(stageOf(job, 'host').log).toMatch(/^w\|a=1\n\$HOME\|of the guest\|\|\|(?!\/run\/own)/)
    expect(stageOf(job, 'read').lines).toEqual([
      'w|a=1',
      '$HOME|again||of the guest',
      'tool of the guest',
      join(job.directories.workspace, 'sub'),
      'seen',
    ])
    expect(readmeStep).toContain('GITHUB_ENV')
    expect({ outcome: job.step('readme').outcome, log: stageOf(job, 'readme').log }).toMatchObject({ outcome: 'success' })
    expect(stageOf(job, 'fail')).toMatchObject({ exitCode: 1, log: 'one' })
    expect(stageOf(job, 'status').exitCode).toBe(7)
    expect(stageOf(job, 'files').lines[0]).toBe('left')
    expect(stageOf(job, 'qemu').log).toBe(`RUNNER_TRACKING_ID=${job.trackingId}`)
    expect(stageOf(job, 'boot', 'post').log).toContain('stopped kept-one')
    expect(stageOf(job, 'boot', 'post').annotations).toEqual([])
    expect(await qemuPids('kept-one')).toEqual([])
  })

  it('is one of several by KERNELKIT_VM', onlyFull('two guests more'), async () => {
    const job = await machine.run([
      boot({ keep: true, name: 'a-vm' }, { id: 'a' }),
      boot({ keep: true, name: 'b-vm', shell: 'python3 {0}', run: 'print("python", 1 + 1)' }, { id: 'b' }),
      inGuest('which', 'hostname', { 'continue-on-error': true }),
      inGuest('one', 'hostname', { env: { KERNELKIT_VM: 'a-vm' } }),
      inGuest('other', 'import socket; print(socket.gethostname())', { env: { KERNELKIT_VM: 'b-vm' } }),
    ])
    expect({ conclusion: job.conclusion, log: logOf(job) }).toMatchObject({ conclusion: 'success' })
    expect(stageOf(job, 'b').lines).toContain('python 2')
    expect(errorsOf(job, 'which')).toEqual([
      { level: 'error', title: 'VM_NOT_FOUND', message: expect.stringContaining('2 VMs of this job are running: a-vm, b-vm.') as string },
    ])
    expect(stageOf(job, 'which').exitCode).toBe(125)
    expect([stageOf(job, 'one').log, stageOf(job, 'other').log]).toEqual(['a-vm', 'b-vm'])
    const directories = ['a', 'b'].map((id) => job.step(id).outputs['artifacts'])
    expect(directories).toEqual(
      ['kernelkit-artifacts', 'kernelkit-artifacts-b-vm'].map((directory) => join(job.directories.workspace, directory)),
    )
    for (const name of ['a-vm', 'b-vm']) expect(await qemuPids(name)).toEqual([])
  })

  it('fails the job when a later step makes its kernel panic: that step, and the end with the report', async () => {
    const job = await machine.run([
      boot({ keep: true, name: 'panics' }, { id: 'boot' }),
      inGuest('crash', 'echo c >/proc/sysrq-trigger; sleep 60'),
    ])
    expect({ outcome: job.step('boot').outcome, log: logOf(job) }).toMatchObject({ outcome: 'success' })
    expect(stageOf(job, 'crash').exitCode).toBe(125)
    expect(errorsOf(job, 'crash')).toEqual([{ level: 'error', title: 'VM_LOST', message: expect.any(String) as string }])
    expect(errorsOf(job, 'boot', 'post').at(-1)).toMatchObject({ title: 'panics: panic' })
    expect(stageOf(job, 'boot', 'post').summary).toMatch(/^### ❌ panics, later steps: panic$/m)
    expect(readFileSync(job.step('boot').outputs['console'] ?? '', 'utf8')).toContain('Kernel panic')
  })

  it('fails the job at its end when a later step made its kernel warn', async () => {
    const job = await machine.run([
      boot({ keep: true, name: 'warns' }, { id: 'boot' }),
      inGuest('warn', 'echo "<4>WARNING: CPU: 0 PID: 1 at none/such.c:3 bad_probe+0x1/0x2" >/dev/kmsg; sleep 1'),
    ])
    expect({ outcome: job.step('warn').outcome, log: logOf(job) }).toMatchObject({ outcome: 'success' })
    expect(job.conclusion).toBe('failure')
    expect(errorsOf(job, 'boot', 'post')).toEqual([
      {
        level: 'error',
        title: 'Kernel report: warning',
        message: expect.stringContaining('WARNING in bad_probe (none/such.c:3)') as string,
      },
      {
        level: 'error',
        title: 'warns: splat',
        message: expect.stringMatching(/^in a later step: .*\nHint: .* name it with the input `allow`\./s) as string,
      },
    ])
  })
})

describe('a cancelled job', () => {
  /** Runs steps and cancels the job when a line with this text comes. */
  async function cancelAt(line: string, steps: readonly JobStep[]): Promise<JobResult> {
    const cancel = new AbortController()
    return machine.run(steps, { signal: cancel.signal, onLine: (text) => text.includes(line) && cancel.abort() })
  }

  it('ends QEMU inside the grace time of the runner', async () => {
    const job = await cancelAt('started', [boot({ name: 'cancelled', run: 'echo started; sleep 1000' }, { id: 'boot' })])
    expect(stageOf(job, 'boot').cancelledBy).toBe('SIGINT')
    expect(stageOf(job, 'boot').annotations.at(-1)).toMatchObject({ level: 'error', title: 'INTERRUPTED' })
    expect(job.step('boot').outputs['verdict']).toBeUndefined()
    // What is known of it can be uploaded all the same.
    expect(readFileSync(join(job.directories.workspace, 'kernelkit-artifacts', 'console.log'), 'utf8')).toContain('Linux version')
    await waitUntil('no QEMU', async () => (await qemuPids('cancelled')).length === 0)
  })

  it(
    'ends the command of a later step, and the VM with the job',
    onlyFull('a guest more; the step that boots is cancelled above'),
    async () => {
      const job = await cancelAt('started', [
        boot({ keep: true, name: 'kept-cancelled' }, { id: 'boot' }),
        inGuest('step', 'echo started; sleep 1000'),
      ])
      expect(stageOf(job, 'step').cancelledBy).toBe('SIGINT')
      expect(stageOf(job, 'boot', 'post').log).toContain('stopped kept-cancelled')
      expect(await qemuPids('kept-cancelled')).toEqual([])
    },
  )
})
