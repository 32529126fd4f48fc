import { describe, expect, it } from 'vitest'
import { compareExpectation, renderExpectation } from './expectation.ts'
import { reportOf } from '../../../test/report.ts'

const report = reportOf({})

describe('compareExpectation', () => {
  const expected = renderExpectation([report, { ...report, kind: 'oops', startLine: 50, endLine: 60 }])

  it('finds nothing in what it rendered, whatever blank lines an editor left', () => {
    expect(compareExpectation(`\n${expected}\n\n`, expected)).toEqual([])
    expect(compareExpectation('', '')).toEqual([])
  })

  it('shows the reports that differ, are missing, or are too many', () => {
    const other = renderExpectation([{ ...report, process: 'sh' }])
    expect(compareExpectation(expected, other)).toEqual([
      '- 3-40 warning frob_check drivers/frob/main.c:9 by cat',
      '- WARNING in frob_check',
      '-   frob_check',
      '+ 3-40 warning frob_check drivers/frob/main.c:9 by sh',
      '+ WARNING in frob_check',
      '+   frob_check',
      '- 50-60 oops frob_check drivers/frob/main.c:9 by cat',
      '- WARNING in frob_check',
      '-   frob_check',
    ])
  })
})
