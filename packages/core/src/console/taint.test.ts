import { describe, expect, it } from 'vitest'
import { readConsole } from '../../test/run-facts.ts'
import { failingKinds } from './kinds.ts'
import { agreesWithTaint, taintedBy } from './taint.ts'

const [B, D, W, L] = [1 << 5, 1 << 7, 1 << 9, 1 << 14]
const taints = (tainted: number, ...lines: readonly string[]) =>
  taintedBy(tainted, { failOn: failingKinds, printed: readConsole(...lines).reports })

describe('taintedBy', () => {
  it.each([
    [0, []],
    [W, ['a warning (W)']],
    [D | W, ['an oops (D)', 'a warning (W)']],
    // An out-of-tree module, a KUnit test, a bit above those of 32-bit numbers.
    [(1 << 12) | ((1 << 18) + 2 ** 40), []],
  ])('names the marks of the taint %i', (tainted, said) => {
    expect(taints(tainted)).toEqual(said)
  })

  it('leaves out what is tolerated', () => {
    expect(taintedBy(W, { failOn: ['kasan'], printed: [] })).toEqual([])
  })

  it.each<[string, number, readonly string[]]>([
    ['a WARN()', W, ['WARNING: CPU: 0 PID: 1 at fs/x.c:1 foo+0x1/0x2']],
    ['the WARN() of newer kernels', W, ['WARNING: fs/x.c:1 at foo+0x1/0x2, CPU#0: cat/1']],
    [
      'a refcount',
      W,
      ['refcount_t: underflow; use-after-free.', 'WARNING: CPU: 0 PID: 1 at lib/refcount.c:28 refcount_warn_saturate+0x1/0x2'],
    ],
    ['sleeping where that is forbidden', W, ['BUG: sleeping function called from invalid context at mm/slab.h:1']],
    ['scheduling while atomic', W, ['BUG: scheduling while atomic: cat/1/0x00000002']],
    ['the context that was assumed', W, ['BUG: assuming atomic context at fs/x.c:1']],
    ['an oops', D, ['BUG: kernel NULL pointer dereference, address: 0000000000000000', 'Oops: 0002 [#1] PREEMPT SMP']],
    [
      'an oops of arm64',
      D,
      ['Unable to handle kernel NULL pointer dereference at virtual address 0', 'Internal error: Oops: 0000000096000044 [#1] SMP'],
    ],
    ['a BUG()', D, ['kernel BUG at fs/x.c:1!', 'Oops: invalid opcode: 0000 [#1] SMP']],
    [
      'a bug that KASAN saw and that killed',
      B | D,
      ['BUG: KASAN: null-ptr-deref in foo+0x1/0x2', 'Oops: general protection fault: 0000 [#1] SMP KASAN'],
    ],
    ['a bad page', B, ['BUG: Bad page state in process cat  pfn:12345']],
    ['a soft lockup', L, ['watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [cat:1]']],
  ])('explains by %s what it leaves, and nothing else', (_title, left, lines) => {
    expect(taints(left, ...lines)).toEqual([])
    expect(taints(B | D | W | L, ...lines)).toHaveLength([B, D, W, L].filter((bit) => (left & bit) === 0).length)
  })

  it.each([
    ['a program that crashed', 'cat[12]: segfault at 0 ip 0 sp 0 error 4 in cat[1+1]'],
    ['memory that ran out', 'cat invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0'],
    ['a page allocation failure', 'cat: page allocation failure: order:9, mode:0x0'],
    ['an oops without its counter', 'BUG: unable to handle page fault for address: ffff'],
    ['lockdep', 'WARNING: possible circular locking dependency detected'],
    ['a hung task', 'INFO: task cat:99 blocked for more than 120 seconds.'],
    ['an interrupt handler that returns nonsense', 'irq event 9: bogus return value 5'],
  ])('explains nothing by %s', (_title, line) => {
    expect(taints(B | D | W | L, line)).toHaveLength(4)
  })
})

it('a report of a kind that leaves a mark is believed with it, one of another kind without', () => {
  const [warning] = readConsole('WARNING: CPU: 0 PID: 1 at lib/frob.c:3 frob+0x1/0x2').reports
  const [ext4] = readConsole('EXT4-fs error (device vda): ext4_lookup:1855: inode #2: comm ls: deleted inode referenced: 12').reports
  if (warning === undefined || ext4 === undefined) throw new Error('no report')
  expect([0, W, D].map((tainted) => agreesWithTaint(warning, tainted))).toEqual([false, true, false])
  expect([0, W, D].map((tainted) => agreesWithTaint(ext4, tainted))).toEqual([true, true, true])
})
