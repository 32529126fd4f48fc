import { describe, expect, it } from 'vitest'
import { renderFileTimes, renderStageTimes } from './test-times.ts'

describe('seconds of test files', () => {
  it('are listed slowest first, files below a second in one line', () => {
    const files = [
      { name: 'a.test.ts', seconds: 0.25 },
      { name: 'b.test.ts', seconds: 1 },
      { name: 'c.test.ts', seconds: 62.34 },
      { name: 'd.test.ts', seconds: 0.5 },
    ]
    expect(renderFileTimes(files)).toBe(['   62.3 c.test.ts', '    1.0 b.test.ts', '    0.8 2 files below a second'].join('\n'))
  })

  it('have a column of CPU time where it is known', () => {
    const files = [
      { name: 'a.vm.test.ts', seconds: 20, cpuSeconds: 31.25 },
      { name: 'b.vm.test.ts', seconds: 5 },
    ]
    expect(renderFileTimes(files)).toBe(['   20.0    31.3 a.vm.test.ts', '    5.0         b.vm.test.ts'].join('\n'))
  })
})

describe('seconds of stages', () => {
  it('are listed in their order with CPU time and a sum', () => {
    const stages = [
      { name: 'npm ci', seconds: 20 },
      { name: 'VM tests', seconds: 300.04, cpuSeconds: 512.5 },
    ]
    expect(renderStageTimes(stages)).toBe(
      ['seconds     CPU stage', '   20.0         npm ci', '  300.0   512.5 VM tests', '  320.0   512.5 total'].join('\n'),
    )
  })
})
