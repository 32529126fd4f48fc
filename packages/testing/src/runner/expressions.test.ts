import { describe, expect, it } from 'vitest'
import { isMet, substitute } from './expressions.ts'

const contexts = { steps: { build: { outputs: { 'build-dir': '/b $(x)', n: '' } } }, env: { A: '1' } }

describe('substitute', () => {
  it.each([
    ['plain', 'plain'],
    ['${{ steps.build.outputs.build-dir }}/${{env.A}}', '/b $(x)/1'],
    ['[${{ steps.none.outputs.x }}]', '[]'],
  ])('of %j is %j', (text, expected) => {
    expect(substitute(text, contexts)).toBe(expected)
  })

  it.each(['${{ secrets.X }}', "${{ format('x') }}", '${{ env.A || 1 }}'])('throws at %j', (text) => {
    expect(() => substitute(text, contexts)).toThrow(/does not evaluate/)
  })
})

describe('isMet', () => {
  it.each([
    ['success()', [true, false, false]],
    ['${{ always() }}', [true, true, true]],
    ['failure()', [false, true, false]],
    ['cancelled()', [false, false, true]],
    ['!cancelled()', [true, true, false]],
  ])('%s over success, failure and cancelled is %j', (condition, expected) => {
    expect((['success', 'failure', 'cancelled'] as const).map((status) => isMet(condition, status))).toEqual(expected)
  })

  it('throws at what it does not know', () => {
    expect(() => isMet('steps.x', 'success')).toThrow(/does not evaluate/)
  })
})
