import { describe, expect, it } from 'vitest'
import { chooseSourcePackage } from './kernel-source.ts'

describe('the kernel source of quickstart', () => {
  it.each([
    [['linux-source-6.1', 'linux-source-6.12', 'linux-source-6.16', 'linux-source'], 'linux-source-6.12'],
    [['linux-source-6.1', 'linux-source-5.10', 'linux-source-6.9'], 'linux-source-6.9'],
    [['linux-source-6.8.0', 'linux-source-6.11.0', 'linux-source-6.11.0-rt'], 'linux-source-6.11.0'],
    [['linux-source', ''], undefined],
  ])('of %j is %s', (names, chosen) => {
    expect(chooseSourcePackage(names)).toBe(chosen)
  })
})
