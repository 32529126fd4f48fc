import { describe, expect, it } from 'vitest'
import { parseDurationMs, parseSizeBytes } from './quantity.ts'

const name = 'size'

describe('parseSizeBytes', () => {
  it.each([
    ['4G', 4 * 2 ** 30],
    ['4g', 4 * 2 ** 30],
    ['512MiB', 512 * 2 ** 20],
    ['512 MB', 512 * 2 ** 20],
    ['1.5G', 1.5 * 2 ** 30],
    ['8k', 8192],
    ['1T', 2 ** 40],
    [' 2G ', 2 * 2 ** 30],
  ])('reads %j as %d bytes', (raw, bytes) => expect(parseSizeBytes(raw, { name })).toBe(bytes))

  it('takes a bare number only where a unit is meant by it', () => {
    expect(parseSizeBytes('512', { name, bareUnit: 'M' })).toBe(512 * 2 ** 20)
    expect(() => parseSizeBytes('512', { name })).toThrow(
      expect.objectContaining({ code: 'BAD_SIZE', hint: 'Write for instance --size 4G.' }),
    )
  })

  it.each(['', '0', '0G', '-1G', 'G', '1.G', '4X', '4GG', '1e3M', '0x10M', 'NaN', 'Infinity', '99999999T', '4G 5G'])(
    '%j is refused',
    (raw) => {
      expect(() => parseSizeBytes(raw, { name, bareUnit: 'M' })).toThrow(
        expect.objectContaining({ code: 'BAD_SIZE', details: { option: `--${name}`, seen: raw } }),
      )
    },
  )
})

describe('parseDurationMs', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['600h', 2_160_000_000],
    ['100000d', 8_640_000_000_000],
  ])('reads %j as %d ms', (raw, ms) => expect(parseDurationMs(raw, { name: 'timeout' })).toBe(ms))

  it.each([
    '',
    '10',
    '0',
    '0s',
    '0.0001ms',
    '-5s',
    '-5',
    '5 s',
    '1w',
    's',
    '1s1s',
    'NaN',
    'NaNs',
    'Infinity',
    'Infinitys',
    '1e3s',
    '999999999999d',
  ])('refuses %j', (raw) => {
    expect(() => parseDurationMs(raw, { name: 'timeout' })).toThrow(
      expect.objectContaining({ code: 'BAD_DURATION', hint: 'Write for instance --timeout 10s.' }),
    )
  })
})
