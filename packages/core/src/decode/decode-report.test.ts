import { describe, expect, it } from 'vitest'
import { decodeReport, framesToDecode } from './decode-report.ts'
import { createReportReader } from '../report/reader.ts'
import type { KernelReport } from '../report/report.ts'

function read(text: string): readonly KernelReport[] {
  const reports: KernelReport[] = []
  const reader = createReportReader((report) => reports.push(report))
  for (const line of text.trim().split('\n')) reader.read(line)
  reader.end()
  return reports
}

function only(text: string): KernelReport {
  const [report, ...rest] = read(text)
  if (report === undefined || rest.length > 0) throw new Error(`${rest.length + 1} reports`)
  return report
}

/** As a symboliser would: every frame gets a line, some get an inlined call. */
function decode(report: KernelReport, inlinedInto: Readonly<Record<string, string>> = {}): KernelReport {
  return decodeReport(report, {
    expand: (frame) => {
      const inner = inlinedInto[frame.function]
      const outer = { ...frame, source: `/b/${frame.function}.c`, line: 7 }
      return inner === undefined ? [outer] : [{ function: inner, source: `/b/${inner}.h`, line: 3, inlined: true, reliable: true }, outer]
    },
    path: (path) => path.replace('/b/', ''),
  })
}

const oops = `
BUG: kernel NULL pointer dereference, address: 0000000000000000
RIP: 0010:memcpy+0x20/0x40
Call Trace:
 ? frob_guess+0x1/0x2
 frob_read+0x33/0x80
 frob_poll+0x1/0x2 [frob]
 vfs_read+0x1a/0x90
`

describe('framesToDecode', () => {
  it('are those of the kernel and of modules that are no guesses, with what tells instructions and functions of one name apart', () => {
    expect(framesToDecode(only(oops)).map(({ function: name, offset, size, exact }) => ({ name, offset, size, exact }))).toEqual([
      { name: 'memcpy', offset: 0x20, size: 0x40, exact: true },
      { name: 'frob_read', offset: 0x33, size: 0x80, exact: undefined },
      { name: 'frob_poll', offset: 1, size: 2, exact: undefined },
      { name: 'vfs_read', offset: 0x1a, size: 0x90, exact: undefined },
    ])
  })

  it('are not those that the log has decoded', () => {
    expect(
      framesToDecode(only('WARNING: CPU: 0 PID: 1 at a.c:1 frob+0x1/0x2\nCall Trace:\n bar fs/b.c:3 [inline]\n baz+0x1/0x2 fs/b.c:9')),
    ).toEqual([])
  })

  it('know the instruction that ARM and riscv traces begin with', () => {
    const report = only(
      'Unable to handle kernel NULL pointer dereference at virtual address 0\npc : frob_get+0x10/0x40\nCall trace:\n frob_get+0x10/0x40\n frob_ioctl+0x20/0x40',
    )
    expect(framesToDecode(report).map(({ function: name, exact }) => [name, exact])).toEqual([
      ['frob_get', true],
      ['frob_ioctl', undefined],
    ])
  })
})

describe('decodeReport', () => {
  it('blames the inlined call, names title and place after it', () => {
    expect(decode(only(oops), { frob_read: 'frob_inner' })).toMatchObject({
      title: 'BUG: kernel NULL pointer dereference in frob_inner',
      function: 'frob_inner',
      trace: [
        { function: 'memcpy', source: 'memcpy.c' },
        { function: 'frob_inner', source: 'frob_inner.h', line: 3, inlined: true },
        { function: 'frob_read', source: 'frob_read.c', offset: 0x33 },
        { function: 'frob_poll', module: 'frob' },
        { function: 'vfs_read' },
      ],
    })
  })

  it('passes over inlined machinery', () => {
    expect(decode(only(oops), { frob_read: 'list_add' }).function).toBe('frob_read')
  })

  it('decodes where lockdep saw the locks', () => {
    const report = only(`
WARNING: possible circular locking dependency detected
cat/77 is trying to acquire lock:
ffffffff82a5c0a0 (frob_b){+.+.}-{4:4}, at: frob_lock_b+0x12/0x30
but task is already holding lock:
ffffffff82a5c0e0 (frob_a){+.+.}-{4:4}, at: frob_lock_a+0x12/0x30
Call Trace:
 lock_acquire+0x1/0x2
 </TASK>`)
    expect(decode(report, { frob_lock_b: 'frob_inner' })).toMatchObject({ function: 'frob_inner', source: 'frob_inner.h', line: 3 })
  })

  it('maps the place that the first line names', () => {
    const report = only('WARNING: CPU: 0 PID: 1 at /b/frob.c:12 frob+0x1/0x20\nCall Trace:\n bar+0x1/0x20')
    expect(decode(report)).toMatchObject({ function: 'frob', source: 'frob.c', line: 12 })
  })

  it('calls the file that UBSAN names as its trace does', () => {
    const report = only('UBSAN: array-index-out-of-bounds in ../../src/tree/frob.c:12:9\nCall Trace:\n frob+0x1/0x20')
    expect(decode(report)).toMatchObject({ function: 'frob', source: 'frob.c', line: 12 })
  })

  it('says the same again when nothing is known', () => {
    const report = only(oops)
    expect(decodeReport(report, { expand: () => undefined, path: (path) => path })).toEqual(report)
  })

  it('decodes what went through JSON', () => {
    const report = JSON.parse(JSON.stringify(only(oops))) as KernelReport
    expect(decode(report, { frob_read: 'frob_inner' }).function).toBe('frob_inner')
  })
})

describe('what a log tells of its kernel', () => {
  const banner = 'Linux version 6.12.0 (a@b) (gcc) #1 SMP'
  const panic = 'Kernel panic - not syncing: frob\nCall Trace:\n frob+0x1/0x20\n frob_ioctl+0x1/0x20'
  it.each([
    ['its banner', `${banner}\n${panic}`, { banner }],
    [
      'its build id',
      panic.replace('\n', '\nCPU: 0 UID: 0 PID: 1 Comm: cat Not tainted 6.12.0 #1 a2a0c05b63ef4d5ba27667049ab190828e8edae3\n'),
      { buildId: 'a2a0c05b63ef4d5ba27667049ab190828e8edae3' },
    ],
    ['how far it was moved', `${panic}\nKernel Offset: 0x2e00000 from 0xffffffff81000000 (relocation range: x)`, { offset: 0x2e00000 }],
    ['that it was not moved', `${panic}\nKernel Offset: disabled`, { offset: 0 }],
    ['that it was told not to move', `${banner}\nCommand line: console=ttyS0 nokaslr panic=-1\n${panic}`, { banner, offset: 0 }],
    ['nothing', panic, {}],
  ])('%s', (_title, log, kernel) => {
    expect(only(log).evidence?.kernel).toEqual(kernel)
  })

  it('is forgotten when another kernel boots', () => {
    const log = `${banner}\nRun /init as init process\n${panic}\nKernel Offset: disabled\n---[ end Kernel panic - not syncing: frob ]---\nLinux version 6.13.0 (a@b)\n${panic}`
    expect(read(log).flatMap(({ kind, evidence }) => (kind === 'panic' ? [evidence?.kernel] : []))).toEqual([
      { banner, offset: 0 },
      { banner: 'Linux version 6.13.0 (a@b)' },
    ])
  })
})

describe('addresses without names', () => {
  it('are shown and not blamed', () => {
    const report = only('Kernel panic - not syncing: frob\nCall Trace:\n ? 0xffffffff81000100\n 0xffffffff81000345\n 0xffffffff81000567')
    expect(report).toMatchObject({ title: 'Kernel panic: frob', function: undefined })
    expect(report.trace.map((frame) => frame.function)).toEqual(['0xffffffff81000345', '0xffffffff81000567'])
  })
})
