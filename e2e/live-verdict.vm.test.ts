import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, smallGuest, startKernelkit, testArtifacts, type CommandResult } from './lib/kernelkit.ts'
import { qemuPids, waitUntil } from './lib/processes.ts'

const { kernel, image } = testArtifacts()
const onImage = ['run', '--json', '-k', kernel, '--image', image, '--no-cwd', ...smallGuest]
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Document {
  readonly verdict: string
  readonly what: string
  readonly console: string
  readonly reports: readonly { readonly trace: readonly unknown[] }[]
}

async function readResult({ exitCode, stdout, stderr }: CommandResult) {
  const document = JSON.parse(stdout) as Document
  return { exitCode, shown: stderr, ...document, log: await readFile(document.console, 'utf8') }
}

const run = async (...args: readonly string[]) => readResult(await kernelkit([...onImage, ...args], { cwd: directory }))
/** A shell line in the guest. */
const sh = (line: string) => ['--', 'sh', '-c', line]
// Nothing but the verdict ends these commands.
const forever = 'sleep 100000'

describe('a guest that does not end by itself', () => {
  it('is hang as soon as the kernel reports a lockup, with the stacks of its tasks', async () => {
    const lockup = 'watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [cat:99]'
    const { exitCode, verdict, what, log } = await run(...sh(`echo '${lockup}' > /dev/kmsg; exec ${forever}`))
    expect({ exitCode, verdict }).toEqual({ exitCode: 123, verdict: 'hang' })
    expect(what).toMatch(/soft lockup/)
    // Complete: the kernel's answer to the last letter comes after all the others.
    expect(log).toMatch(/sysrq: Show State[^]*task:sleep[^]*sysrq: Show Blocked State[^]*sysrq: HELP/)
  })

  it('is hang when QEMU itself was stopped', async () => {
    const name = `e2e-stopped-${process.pid}`
    const { result } = startKernelkit([...onImage, '--name', name, '--evidence', 'stopped', ...sh(`echo is up > /dev/kmsg; ${forever}`)], {
      cwd: directory,
    })
    const log = join(directory, 'stopped', 'console.log')
    await waitUntil('the command runs', async () => (await readFile(log, 'utf8').catch(() => '')).includes('is up'))
    for (const pid of await qemuPids(name)) process.kill(pid, 'SIGSTOP')
    const { exitCode, verdict, what } = await readResult(await result)
    expect({ exitCode, verdict }).toEqual({ exitCode: 123, verdict: 'hang' })
    expect(what).toMatch(/SIGSTOP/)
  })

  it('is vm-lost at once when it starts again and QEMU lets it', async () => {
    const again = ['--qemu-arg=-action', '--qemu-arg=reboot=reset']
    const { exitCode, verdict, what } = await run(...again, ...sh(`echo b > /proc/sysrq-trigger; ${forever}`))
    expect({ exitCode, verdict }).toEqual({ exitCode: 119, verdict: 'vm-lost' })
    expect(what).toMatch(/rebooted before the command ended/)
  })

  it('is timeout with the stacks of all tasks and of the blocked ones', async () => {
    const { verdict, log, shown } = await run('--timeout', '1s', ...sh(`echo the last word > /dev/kmsg; ${forever}`))
    expect(verdict).toBe('timeout')
    // What is shown is what the guest printed by itself.
    expect(shown).toContain('the last word')
    expect(shown).not.toContain('sysrq: Show State')
    expect(log).toMatch(/sysrq: Show State[^]*task:sleep[^]*sysrq: Show Blocked State[^]*sysrq: HELP/)
  })
})

describe('a panic', () => {
  const crash = sh(`echo c > /proc/sysrq-trigger; ${forever}`)

  it('is reported to its end, and does not wait for a kernel that does not reboot', async () => {
    const { exitCode, verdict, log, reports, shown } = await run('--append', 'panic=0', ...crash)
    expect({ exitCode, verdict }).toEqual({ exitCode: 121, verdict: 'panic' })
    expect(log).toMatch(/Kernel panic - not syncing[^]*---\[ end Kernel panic/)
    // The vmlinux next to the kernel knows the lines.
    expect(reports.flatMap(({ trace }) => trace)).toContainEqual(
      expect.objectContaining({ function: 'sysrq_handle_crash', source: 'drivers/tty/sysrq.c' }),
    )
    expect(shown).toMatch(/what the kernel reported[^]*sysrq_handle_crash\S* \(drivers\/tty\/sysrq\.c:\d+\)[^]*panic: the kernel panicked/)
  })

  it('is reported for a VM that was to be kept, too', async () => {
    const { exitCode, verdict, log } = await run('--keep', '--name', `e2e-kept-${process.pid}`, ...crash)
    expect({ exitCode, verdict }).toEqual({ exitCode: 121, verdict: 'panic' })
    // It reboots instead of saying that the panic ends.
    expect(log).toMatch(/Kernel panic - not syncing[^]*sysrq_handle_crash[^]*Kernel Offset/)
  })
})

describe('a command that passed', () => {
  it('is splat for a report that is still on its way to the console', async () => {
    // Others keep the console busy for longer than the command lives.
    const noise =
      'for i in 1 2 3 4 5 6 7 8; do (for n in $(seq 100); do echo "noise $i $n ........................................" > /dev/kmsg; done) & done'
    const warning = 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2'
    const { exitCode, verdict, log } = await run(...sh(`${noise}; echo '${warning}' > /dev/kmsg; exit 0`))
    // What was printed before the agent's line is above it.
    expect(log.slice(log.indexOf(warning))).toMatch(/^WARNING[^]*kernelkit: command ended with 0/)
    expect({ exitCode, verdict }).toEqual({ exitCode: 122, verdict: 'splat' })
  })

  it('is splat when only the taint shows a warning', async () => {
    const { exitCode, verdict, what } = await run(...sh('echo 512 > /proc/sys/kernel/tainted'))
    expect({ exitCode, verdict }).toEqual({ exitCode: 122, verdict: 'splat' })
    expect(what).toMatch(/taint shows a warning \(W\), and the console shows no such report/)
  })
})
