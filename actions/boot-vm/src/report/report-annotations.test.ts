import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createKtapReader } from '@kernelkit/core/ktap'
import { nodeHost } from '@kernelkit/host'
import { exampleReport } from '../../test/example-report.ts'
import { sourceFinder } from './find-source.ts'
import { annotateReport, annotateTests } from './report-annotations.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-annotations-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
mkdirSync(join(scratch, 'drivers/misc'), { recursive: true })
writeFileSync(join(scratch, 'drivers/misc/foo.c'), '')
const findSource = sourceFinder(nodeHost(), { workspace: scratch, tree: '/somewhere/else' })

describe('a kernel report', () => {
  it('is annotated at its line, with the trace from the function to blame', async () => {
    expect(await annotateReport(exampleReport, { level: 'error', findSource })).toEqual({
      level: 'error',
      title: 'Kernel report: warning',
      message: ['WARNING in foo_check', '  foo_check+0x12 (drivers/misc/foo.c:42)', '  foo_probe+0x20'].join('\n'),
      file: join(scratch, 'drivers/misc/foo.c'),
      line: 42,
    })
  })

  it('names the maintainers where the tree is known', async () => {
    const owners = { subsystem: 'FOO', maintainers: ['A <a@b.org>'], lists: [] }
    const { message } = await annotateReport({ ...exampleReport, owners }, { level: 'error', findSource })
    expect(message.split('\n').slice(0, 2)).toEqual(['WARNING in foo_check', 'FOO: A <a@b.org>'])
  })

  it('names its place in words when the source is not here', async () => {
    const annotation = await annotateReport({ ...exampleReport, source: 'mm/slub.c' }, { level: 'notice', findSource })
    expect(annotation).toMatchObject({ level: 'notice', file: undefined, line: undefined })
    expect(annotation.message).toMatch(/^WARNING in foo_check \(mm\/slub\.c:42\)\n/)
  })

  it('is annotated without a place when none is known', async () => {
    const annotation = await annotateReport(
      { ...exampleReport, source: undefined, line: undefined, trace: [] },
      { level: 'error', findSource },
    )
    expect(annotation).toMatchObject({ message: 'WARNING in foo_check', file: undefined, line: undefined })
  })
})

describe('a failed test', () => {
  it('is annotated with its diagnostics, at the line of its expectation', async () => {
    const reader = createKtapReader({ prefixed: false, versionless: false })
    const stream = [
      'KTAP version 1',
      '1..2',
      '    KTAP version 1',
      '    1..2',
      '    ok 1 good',
      '    # bad: EXPECTATION FAILED at drivers/misc/foo.c:7',
      '    Expected 1 == 2, but',
      '    not ok 2 bad',
      'not ok 1 suite',
      'ok 2 other # SKIP no device',
    ]
    for (const line of stream) reader.read(line)
    expect(await annotateTests(reader.finish(), findSource)).toEqual([
      {
        level: 'error',
        title: 'not ok: suite.bad',
        message: expect.stringMatching(/EXPECTATION FAILED at drivers\/misc\/foo\.c:7\n.*Expected 1 == 2, but$/) as string,
        file: join(scratch, 'drivers/misc/foo.c'),
        line: 7,
      },
    ])
  })
})
