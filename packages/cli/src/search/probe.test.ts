import { givenOptions } from '@kernelkit/core/options'
import { expect, it } from 'vitest'
import { neverStarted, probeOptions, questionOf } from './probe.ts'

it('a search continues with the same question, wherever its log and its evidence go', () => {
  const of = (values: Readonly<Record<string, unknown>>) => questionOf(givenOptions({ memory: '1G', ...values }))
  expect(of({ log: 'a', evidence: 'b', artifacts: 'c' })).toEqual(of({}))
  expect(of({ memory: '2G' })).not.toEqual(of({}))
})

it('options of kernelkit.yaml that only a VM of its own has do not count, and the command has a limit', () => {
  const place = { file: 'kernelkit.yaml', key: 'vm.keep', line: 1, column: 1 }
  const options = { ...givenOptions({ memory: '1G' }), keep: [{ value: true, place }], cpus: [{ value: '1', place }] }
  expect(probeOptions('since', options)).toEqual({ timeout: [{ value: '10m' }], memory: [{ value: '1G' }], cpus: [{ value: '1', place }] })
})

it('knows a command that was started on no kernel, whatever could not be run at all', () => {
  const missing = { verdict: 'fail', notStarted: 127 } as const
  expect(neverStarted([missing, { verdict: 'config-fail' }, missing])).toBe(127)
  expect(neverStarted([missing, { verdict: 'fail' }])).toBeUndefined()
  expect(neverStarted([{ verdict: 'pass' }, missing])).toBeUndefined()
  expect(neverStarted([{ verdict: 'infra-fail' }])).toBeUndefined()
})
