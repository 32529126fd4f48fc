import { describe, expect, it } from 'vitest'
import { renderFailures } from './test-failures.ts'

describe('failures at the end of a run', () => {
  it('have the name of the test and the message of each error', () => {
    const failures = [
      { name: 'a.test.ts > adds', errors: [new Error('expected 1 to be 2'), { message: '\u001b[31mred\u001b[39m' }] },
      { name: 'b.test.ts', errors: ['no such file'] },
    ]
    expect(renderFailures(failures)).toBe('failed: a.test.ts > adds\n  expected 1 to be 2\n  red\nfailed: b.test.ts\n  no such file\n')
  })

  it('keep both ends of a long message, and the beginning of a long line', () => {
    const message = [...Array.from({ length: 40 }, (_, index) => `line ${index + 1}`), 'x'.repeat(5000)].join('\n')
    const lines = renderFailures([{ name: 'a', errors: [new Error(message)] }]).split('\n')
    expect(lines.slice(1, 9)).toEqual([1, 2, 3, 4, 5, 6].map((line) => `  line ${line}`).concat('  (23 lines)', '  line 30'))
    expect(lines.at(-2)).toBe(`  ${'x'.repeat(300)}…`)
  })
})
