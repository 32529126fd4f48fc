import { expect, it } from 'vitest'
import { parseOwner, renderLabels } from './container-labels.ts'

const owner = { bootId: 'b', pidNamespace: 'pid:[1]', pid: 7, startTicks: '42' }

it('parseOwner reads the owner that renderLabels wrote', () => {
  const labels = renderLabels({ purpose: 'build', owner })
  expect(labels).toEqual({
    kernelkit: 'build',
    'kernelkit.owner': '{"bootId":"b","pidNamespace":"pid:[1]","pid":7,"startTicks":"42"}',
  })
  expect(parseOwner(labels)).toEqual(owner)
})

it.each([{}, { 'kernelkit.owner': '' }, { 'kernelkit.owner': '{"pid":1}' }, { 'kernelkit.owner': '{' }])(
  'knows no owner of %j',
  (labels) => {
    expect(parseOwner(labels)).toBeUndefined()
  },
)
