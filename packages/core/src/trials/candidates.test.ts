import { describe, expect, it } from 'vitest'
import { chooseCandidates, flavourOf, requirementLine } from './candidates.ts'

const offer = (name: string, version: string | undefined) => ({ reference: `deb:${name}`, name, version })

describe('the kernels to probe', () => {
  it('are the newest of each series and flavour, the oldest series first', () => {
    const offers = [
      offer('linux-image-6.12.9+bpo-cloud-amd64', '6.12.9-1~bpo12+1'),
      offer('linux-image-6.12.11+bpo-cloud-amd64', '6.12.11-1~bpo12+1'),
      offer('linux-image-6.12.11+bpo-amd64', '6.12.11-1~bpo12+1'),
      offer('linux-image-5.10.0-35-cloud-amd64', '5.10.237-1'),
      offer('linux-image-6.1.0-50-cloud-amd64', '6.1.176-1'),
      offer('linux-image-7.3~rc1-cloud-amd64', '7.3~rc1-1~exp1'),
    ]
    expect(chooseCandidates(offers, 'cloud')).toEqual([
      { reference: 'deb:linux-image-5.10.0-35-cloud-amd64', series: '5.10', title: '5.10.237-1' },
      { reference: 'deb:linux-image-6.1.0-50-cloud-amd64', series: '6.1', title: '6.1.176-1' },
      { reference: 'deb:linux-image-6.12.11+bpo-cloud-amd64', series: '6.12', title: '6.12.11-1~bpo12+1' },
    ])
    expect(chooseCandidates(offers, undefined).map(({ series }) => series)).toEqual(['6.12'])
  })

  it('are those of the store where no mirror has the series', () => {
    const stored = [
      { reference: '/store/a', name: '6.16.3-cloud-amd64', version: undefined },
      { reference: '/store/b', name: '6.1.0-40-cloud-amd64', version: undefined },
    ]
    const all = [...stored, offer('linux-image-6.1.0-50-cloud-amd64', '6.1.176-1')]
    expect(chooseCandidates(all, 'cloud').map(({ reference }) => reference)).toEqual(['deb:linux-image-6.1.0-50-cloud-amd64', '/store/a'])
  })

  it.each([
    ['linux-image-6.1.0-50-cloud-amd64', 'cloud'],
    ['linux-image-6.1.0-50-amd64', undefined],
    ['6.1.0-50-rt-amd64', 'rt'],
    ['linux-image-6.8.0-31-generic', undefined],
  ])('%s has flavour %s', (name, flavour) => {
    expect(flavourOf(name)).toBe(flavour)
  })
})

it('the line for a README says what it was found by', () => {
  const [old, first] = [
    { reference: 'a', series: '6.1', title: '6.1.176-1' },
    { reference: 'b', series: '6.12', title: '6.12.11-1' },
  ]
  expect(requirementLine(first, old, 'pass')).toBe('Requires Linux 6.12 or later (fails on 6.1.176-1, passes on 6.12.11-1).')
  expect(requirementLine(old, undefined, 'pass')).toBe(
    'Works with Linux 6.1 or later, and perhaps with older kernels (passes on 6.1.176-1).',
  )
  expect(requirementLine(first, old, 'fail')).toBe('Works before Linux 6.12 (passes on 6.1.176-1, fails on 6.12.11-1).')
})
