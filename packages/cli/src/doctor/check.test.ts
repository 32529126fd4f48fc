import { expect, it } from 'vitest'
import { isHealthy, missingPackages, renderChecks, type Check } from './check.ts'

const checks: readonly Check[] = [
  { name: 'qemu', detail: 'QEMU 7.2', status: 'ok', required: true, fix: 'never shown', packages: ['qemu-system-x86'] },
  { name: 'kvm', detail: 'TCG', status: 'limited', required: false },
  { name: 'ccache', detail: 'not installed', status: 'missing', required: false, fix: 'apt-get install ccache', packages: ['ccache'] },
  { name: 'compilers', detail: 'lacks gcc', status: 'missing', required: true, fix: 'apt-get install gcc', packages: ['gcc', 'ccache'] },
]

it('shows each check on one line with the command that fixes it', () => {
  expect(renderChecks(checks, { door: 'command' })).toBe(
    [
      'ok       qemu       QEMU 7.2',
      '--       kvm        TCG',
      'absent   ccache     not installed  -> apt-get install ccache',
      'MISSING  compilers  lacks gcc  -> apt-get install gcc',
    ].join('\n'),
  )
})

it('is healthy when only what is optional is missing', () => {
  expect(isHealthy(checks)).toBe(false)
  expect(isHealthy(checks.slice(0, 3))).toBe(true)
})

it('asks for each package once', () => {
  expect(missingPackages(checks)).toEqual(['ccache', 'gcc'])
})
