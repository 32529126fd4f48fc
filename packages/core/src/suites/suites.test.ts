import { describe, expect, it } from 'vitest'
import type { KtapResults } from '../ktap/index.ts'
import {
  blktestsScript,
  blktestsTranslator,
  createTranslatedReader,
  ltpScript,
  splitSuiteWords,
  xfstestsScript,
  xfstestsTranslator,
  type Translator,
} from './index.ts'

function read(translator: Translator, text: string): KtapResults {
  const reader = createTranslatedReader(translator)
  for (const line of text.split('\n')) reader.read(line)
  return reader.finish()
}

function outline({ tests }: KtapResults) {
  return tests.map(({ name, status, reason, seconds }) => [status, name, reason, seconds])
}

// Not recorded: written after the source of xfstests' check, for output to a file: names and times in columns, the time of the last run before the dots.
const xfstests = `FSTYP         -- ext4
PLATFORM      -- Linux/x86_64 guest 6.1.0-50-cloud-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.170-3 (2026-05-08)
MKFS_OPTIONS  -- /dev/vdb
MOUNT_OPTIONS -- -o acl,user_xattr /dev/vdb /run/xfstests/scratch

generic/001        4s
generic/002 3s ...  2s
generic/003       [not run] atime related mount options have no effect on ext4
generic/004\t[expunged]
generic/025        - output mismatch (see /tmp/xfstests/generic/025.out.bad)
    --- tests/generic/025.out\t2026-01-12 16:47:23.000000000 +0000
    +++ /tmp/xfstests/generic/025.out.bad\t2026-01-12 17:01:02.000000000 +0000
    @@ -1,4 +1,5 @@
     QA output created by 025
    +ok 1 this is a line of a test
    ...
    (Run 'diff -u tests/generic/025.out /tmp/xfstests/generic/025.out.bad'  to see the entire diff)
generic/050 3s ... [failed, exit status 1]- output mismatch (see /tmp/xfstests/generic/050.out.bad)
generic/068 60s ...  62s
_check_dmesg: something found in dmesg (see /tmp/xfstests/generic/068.dmesg)
generic/1234       1s
Ran: generic/001 generic/002 generic/003 generic/025 generic/050 generic/068 generic/1234
Not run: generic/003
Failures: generic/025 generic/050 generic/068
Failed 3 of 7 tests
`

describe('the output of xfstests', () => {
  it('has a result for each test, with times, the reasons of skips and what explains a failure', () => {
    const results = read(xfstestsTranslator(), xfstests)
    expect(outline(results)).toEqual([
      ['pass', 'generic/001', 'time=4s', 4],
      ['pass', 'generic/002', 'time=2s', 2],
      ['skip', 'generic/003', 'atime related mount options have no effect on ext4', undefined],
      ['skip', 'generic/004', 'expunged', undefined],
      ['fail', 'generic/025', 'output mismatch (see /tmp/xfstests/generic/025.out.bad)', undefined],
      ['fail', 'generic/050', '[failed, exit status 1]- output mismatch (see /tmp/xfstests/generic/050.out.bad)', undefined],
      ['fail', 'generic/068', '_check_dmesg: something found in dmesg (see /tmp/xfstests/generic/068.dmesg) time=62s', 62],
      ['pass', 'generic/1234', 'time=1s', 1],
    ])
    expect([results.status, results.finished, results.errors]).toEqual(['fail', true, []])
    expect(results.tests[4]?.diagnostics).toContain('#     +ok 1 this is a line of a test')
  })

  it('that stops in the middle is not finished, and its last test has failed', () => {
    const results = read(xfstestsTranslator(), xfstests.slice(0, xfstests.indexOf('generic/068 60s') + 'generic/068 60s ... '.length))
    expect(outline(results).slice(-2)).toEqual([
      ['fail', 'generic/068', 'it never ended', undefined],
      ['crashed', '', undefined, undefined],
    ])
    expect([results.status, results.finished]).toEqual(['crashed', false])
  })

  it('without a test does not count as a pass', () => {
    expect(read(xfstestsTranslator(), 'Group "quik" is empty or not defined?\n').status).toBe('no-results')
    expect(read(xfstestsTranslator(), 'Passed all 0 tests\n').status).not.toBe('pass')
  })
})

// Not recorded: written after the source of blktests' check, for output to a file: a line when a test begins, one when it ends.
const blktests = `loop/001 (scan loop device partitions)                      
    runtime    ...
loop/001 (scan loop device partitions)                       [passed]
    runtime    ...  0.249s
loop/002 (try various loop device block sizes)              
    runtime  0.412s  ...
loop/002 (try various loop device block sizes)               [failed]
    runtime  0.412s  ...  0.398s
    --- tests/loop/002.out\t2026-01-12 16:47:23.000000000 +0000
    +++ /tmp/blktests/nodev/loop/002.out.bad\t2026-01-12 17:01:02.000000000 +0000
    @@ -1,2 +1,3 @@
     Running loop/002
    +Test failed
loop/003 (time opening and closing an unbound loop device)   [not run]
    fio version too old
    driver brd is not available
block/001 => vdb (stress device hotplugging)                
    runtime    ...
block/001 => vdb (stress device hotplugging)                 [passed]
    runtime    ...  12.001s
nvme/***                                                     [not run]
    nvme is not available
`

describe('the output of blktests', () => {
  it('has a result for each test, with times, the reasons of skips and what explains a failure', () => {
    const results = read(blktestsTranslator(), blktests)
    expect(outline(results)).toEqual([
      ['pass', 'loop/001', 'time=0.249s', 0.249],
      ['fail', 'loop/002', 'time=0.398s', 0.398],
      ['skip', 'loop/003', 'fio version too old', undefined],
      ['pass', 'block/001 => vdb', 'time=12.001s', 12.001],
      ['skip', 'nvme/***', 'nvme is not available', undefined],
    ])
    expect(results.tests[1]?.diagnostics).toContain('#     +Test failed')
    expect([results.status, results.finished, results.errors]).toEqual(['fail', true, []])
  })

  it('that stops in the middle is not finished, and its last test has failed', () => {
    const results = read(blktestsTranslator(), blktests.slice(0, blktests.indexOf('loop/002')) + blktests.split('\n')[4])
    expect(outline(results)).toEqual([
      ['pass', 'loop/001', 'time=0.249s', 0.249],
      ['fail', 'loop/002', 'it never ended', undefined],
      ['crashed', '', undefined, undefined],
    ])
    expect(results.finished).toBe(false)
  })
})

describe('what the guest runs', () => {
  const devices = ['/dev/vdb', '/dev/vdc']

  it('of xfstests: groups with -g, tests as they are, on two disks', () => {
    const script = xfstestsScript({ directory: "/opt/it's", words: ['generic/quick', 'generic/001', 'auto'], devices })
    expect(script).toContain(`cd '/opt/it'\\''s' || exit`)
    expect(script).toContain('export TEST_DEV=/dev/vdb SCRATCH_DEV=/dev/vdc TEST_DIR=')
    expect(script).toMatch(/exec \.\/check -g generic\/quick generic\/001 -g auto$/)
  })

  it('of blktests: all without a name', () => {
    expect(blktestsScript({ directory: '/b', words: [], devices: ['/dev/vdb'] })).toMatch(/exec \.\/check -o "\$results"$/)
    expect(blktestsScript({ directory: '/b', words: ['loop'], devices: ['/dev/vdb'] })).toMatch(/exec \.\/check -o "\$results" loop$/)
  })

  it('of LTP: the lines of all files', () => {
    expect(ltpScript({ directory: '/opt/ltp', words: ['math', 'ipc'], devices: [] })).toContain(
      '"$LTPROOT/runtest/math" "$LTPROOT/runtest/ipc"',
    )
  })

  it('is named by words, each once', () => {
    expect(splitSuiteWords(' loop, block  loop')).toEqual(['loop', 'block'])
  })
})
