import { describe, expect, it } from 'vitest'
import { diskDevice } from './formats.ts'
import { parseListing } from './listing.ts'

const entry = (facts: string, path: string, target = ''): string => `${facts}\0${target}\0${path}\0`
const output = [
  entry('rd 755 0 0 4096 1.5 1.5 1:1', ''),
  entry('rf 644 0 0 5000 1.5 1.5 1:2', 'b\nc'),
  entry('uf 600 0 0 1 1.5 1.5 1:3', 'secret/key'),
  entry('rl 777 0 0 3 1.5 1.5 1:4', 'link', 'b c'),
].join('')
const read = (change: Partial<Parameters<typeof parseListing>[1]> = {}) =>
  parseListing(output, { entries: 10, leftOut: [], nowMs: 60_000, ...change })

describe('the listing of a directory', () => {
  it('counts blocks of files, and names what may not be read', () => {
    expect(read()).toMatchObject({ bytes: 3 * 4096, entries: 4, unreadable: ['secret/key'], isFresh: false, isCut: false })
  })

  it('does not know what is left out, with all below it', () => {
    const { identity, entries, unreadable } = read({ leftOut: ['secret'] })
    expect({ entries, unreadable }).toEqual({ entries: 3, unreadable: [] })
    expect(identity).not.toContain('key')
  })

  it('is the same in any order, and another with another link', () => {
    const parts = output.split('\0')
    const turned = [3, 2, 1, 0].flatMap((index) => parts.slice(index * 3, index * 3 + 3).map((part) => `${part}\0`)).join('')
    expect(parseListing(turned, { entries: 10, leftOut: [], nowMs: 60_000 }).identity).toBe(read().identity)
    expect(parseListing(output.replace('b c', 'd'), { entries: 10, leftOut: [], nowMs: 60_000 }).identity).not.toBe(read().identity)
  })

  it('says when it is cut, and when a change may not show in its times', () => {
    expect(read({ entries: 3 }).isCut).toBe(true)
    expect(read({ nowMs: 2000 }).isFresh).toBe(true)
  })
})

it('disks are named as the kernel names them', () => {
  expect([0, 25, 26, 51, 52, 702].map(diskDevice)).toEqual(['/dev/vda', '/dev/vdz', '/dev/vdaa', '/dev/vdaz', '/dev/vdba', '/dev/vdaaa'])
})
