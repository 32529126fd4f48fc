import { describe, expect, it } from 'vitest'
import { compareKernels } from './same-kernel.ts'

const banner = 'Linux version 6.12.0 (a@b) (gcc 12.2.0, GNU ld 2.40) #1 SMP Mon Jan 1 00:00:00 UTC 2026'
const executable = { buildId: 'aa11', banner }

describe('compareKernels', () => {
  it.each([
    ['the same build id, whatever the banner', { buildId: 'aa11', banner: 'Linux version 6.1' }, true],
    ['another build id, whatever the banner', { buildId: 'bb22', banner }, false],
    ['the same banner', { banner }, true],
    ['a banner that was cut', { banner: banner.slice(0, 60) }, true],
    ['too little of a banner', { banner: 'Linux version 6.12.0' }, false],
    ['another build of the same release', { banner: banner.replace('#1', '#2') }, false],
    ['a log that does not say', {}, undefined],
  ])('%s', (_title, log, isSame) => {
    expect(compareKernels(log, executable)?.isSame).toBe(isSame)
  })
})
