import { describe, expect, it } from 'vitest'
import { createConsoleReader, stripPrefix } from './recognise.ts'

function read(text: string) {
  const reader = createConsoleReader()
  for (const line of text.split('\n')) reader.read(line)
  return reader.facts()
}

describe('createConsoleReader', () => {
  it.each([
    ['kasan', '[    1.0] BUG: KASAN: slab-use-after-free in foo_bar+0x12/0x40'],
    ['warning', '[    1.0] WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2'],
    ['warning', '[    1.0] WARNING: kernel/foo.c:12 at foo+0x1/0x2, CPU#0: init/1'],
    ['bug', '[    1.0][   T1] kernel BUG at mm/slab.c:7!'],
    ['null-deref', '[    1.0] BUG: kernel NULL pointer dereference, address: 0000000000000008'],
    ['oops', '[    1.0] BUG: unable to handle page fault for address: ffff888000000000'],
    ['gpf', '[    1.0] Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP'],
    ['ubsan', '[    1.0] UBSAN: array-index-out-of-bounds in drivers/foo.c:3:7'],
    ['lockdep', '[    1.0] WARNING: possible circular locking dependency detected'],
    ['rcu-stall', '[    1.0] rcu: INFO: rcu_preempt self-detected stall on CPU'],
    ['soft-lockup', '[    1.0] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [cat:99]'],
    ['hung-task', '[    1.0] INFO: task cat:99 blocked for more than 120 seconds.'],
    ['workqueue-stall', '[    1.0] BUG: workqueue lockup - pool cpus=0'],
    ['atomic-sleep', '[    1.0] BUG: sleeping function called from invalid context at kernel/x.c:5'],
    ['refcount', '[    1.0] refcount_t: underflow; use-after-free.'],
    ['oom', '[    1.0] cat invoked oom-killer: gfp_mask=0x1, order=0'],
    ['page-allocation-failure', '[    1.0] cat: page allocation failure: order:5, mode:0x1'],
    ['userspace-crash', '[    1.0] cat[99]: segfault at 0 ip 0 sp 0 error 4 in cat[400000+1000]'],
    ['panic', '[    1.0] Kernel panic - not syncing: Attempted to kill init!'],
    ['other', '[    1.0] BUG: something new'],
  ])('recognises a report of kind %s', (kind, line) => {
    expect(read(line).reports).toMatchObject([{ kind }])
  })

  it('reads function, file and line where the header has them', () => {
    expect(read('[    0.1] x\n[    1.0] WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo.isra.0+0x1/0x2').reports).toMatchObject([
      { function: 'foo.isra.0', source: 'kernel/foo.c', line: 12, startLine: 2 },
    ])
  })

  it('takes an oops with its Oops: line, its registers and its end for one report, and the panic for another', () => {
    const facts = read(
      [
        '[    2.0] BUG: kernel NULL pointer dereference, address: 0000000000000000',
        '[    2.0] #PF: supervisor write access in kernel mode',
        '[    2.0] Oops: Oops: 0002 [#1] SMP',
        '[    2.0] RIP: 0010:sysrq_handle_crash+0x16/0x20',
        '[    2.0] RIP: 0033:0x7f0000000000',
        '[    2.0] ---[ end trace 0000000000000000 ]---',
        '[    2.1] Kernel panic - not syncing: Fatal exception',
        '[    2.1] ---[ end Kernel panic - not syncing: Fatal exception ]---',
      ].join('\n'),
    )
    expect(facts.reports).toMatchObject([
      { kind: 'null-deref', function: 'sysrq_handle_crash', startLine: 1, endLine: 6 },
      { kind: 'panic', startLine: 7 },
    ])
    expect(facts.panic).toBe('Fatal exception')
  })

  it('keeps two warnings apart', () => {
    const warning = '[    1.0] WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n[    1.0] ---[ end trace 0000000000000000 ]---'
    expect(read(`${warning}\n${warning}`).reports).toHaveLength(2)
  })

  it.each([
    '[    0.1] Spectre V1 : Mitigation: usercopy/swapgs barriers; WARNING text in the middle: BUG: no',
    '[    0.1] debug: BUG and WARNING are words here',
    '[    0.1] INFO: lockdep is turned off.',
    'panic without a kernel message',
  ])('does not take %j for a report', (line) => {
    expect(read(line).reports).toEqual([])
  })

  it('sees a second start of the kernel and the release of the first', () => {
    const banner = '[    0.000000] Linux version 6.12.1 (a@b) (gcc) #1 SMP'
    expect(read(banner)).toMatchObject({ release: '6.12.1', reports: [] })
    const init = '[    1.000000] Run /init as init process'
    const more = Array.from({ length: 8 }, (_, index) => `[    0.01234${index}] x`).join('\n')
    expect(read(`${banner}\n${init}\n${banner}\n${more}`).reports).toMatchObject([{ kind: 'unexpected-reboot' }])
  })

  it('does not take a log that is printed again for a second console for a second start', () => {
    const banner = '[    0.000000] Linux version 6.12.1 (a@b) (gcc) #1 SMP'
    expect(read(`${banner}\nx\n${banner}\nx`).reports).toEqual([])
  })

  it.each(['[    9.0] reboot: Power off not available: System halted instead', '[    9.0] reboot: System halted'])('notices %j', (line) => {
    expect(read(line).halted).toBe(true)
  })
})

describe('what the console shows apart from reports', () => {
  const panic = 'Kernel panic - not syncing: boom'
  it.each([
    ['panicIsComplete', [panic], [panic, `---[ end ${panic} ]---`]],
    ['saidGoodbye', ['reboot: nothing'], ['[    9.0] reboot: Restarting system']],
    ['saidGoodbye', ['sysrq: Show State'], ['sysrq: Resetting']],
    ['commandEnded', ['kernelkit: agent started'], ['[    2.0] kernelkit: command ended with 0']],
    ['dumped', ['sysrq: Show State'], ['[    2.0] sysrq: HELP : loglevel(0-9) reboot(b)']],
    ['isReporting', ['hello'], ['WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2']],
  ] as const)('sets %s', (fact, before, after) => {
    expect([read(before.join('\n'))[fact], read(after.join('\n'))[fact]]).toEqual([false, true])
  })

  it('notices that a report has ended', () => {
    expect(read('WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n---[ end trace 0000000000000000 ]---').isReporting).toBe(false)
  })
})

describe('stripPrefix', () => {
  it('takes stamp, caller and level away and leaves the indentation', () => {
    expect(stripPrefix('[   12.345678][   T12]     ok 1 test')).toBe('    ok 1 test')
    expect(stripPrefix('<4>[    0.1] x')).toBe('x')
    expect(stripPrefix('plain')).toBe('plain')
  })
})
