import { cpuUsage } from 'node:process'
import { describe, expect, it } from 'vitest'
import { parseProjectFile } from './parse-project-file.ts'

const many = (count: number, text: (index: number) => string) => Array.from({ length: count }, (_, index) => text(index)).join('')

/** CPU milliseconds of the faster of two readings, whatever the answer is. */
function cost(text: string): number {
  const times = [1, 2].map(() => {
    const before = cpuUsage()
    try {
      parseProjectFile(text, 'kernelkit.yaml')
    } catch {
      // Refused is read, too.
    }
    const { user, system } = cpuUsage(before)
    return (user + system) / 1000
  })
  return Math.min(...times)
}

describe('the time to read a kernelkit.yaml', () => {
  it.each<[string, (count: number) => string]>([
    ['tests', (count) => `tests:\n${many(count, (n) => `- { name: t${n}, run: x }\n`)}`],
    ['keys', (count) => many(count, (n) => `k${n}:\n`)],
    ['keys in braces', (count) => `{${many(count, (n) => `k${n}: 1,`)}}`],
    ['aliases of one anchor', (count) => `vm: { append: [&a x, ${'*a, '.repeat(count)}] }`],
    ['anchors with an alias each', (count) => `vm: { append: [${many(count, (n) => `&a${n} x, *a${n}, `)}] }`],
    ['errors', (count) => `vm:\n${' - a: b: c\n'.repeat(count)}`],
    ['brackets', (count) => `vm: ${'['.repeat(count)}`],
    ['comments', (count) => '#\n'.repeat(count)],
    ['lines of a text', (count) => `vm: { memory: "${'a\n'.repeat(count)}" }`],
  ])('grows with the number of %s and no faster', (_what, text) => {
    // Code that is compiled first is not what is measured.
    cost(text(1000))
    const [once, four] = [cost(text(2000)), cost(text(8000))]
    // Linear is 4, quadratic is 16; a collection of garbage is a part of it.
    expect(four / Math.max(once, 1)).toBeLessThan(10)
  })

  it('is bounded where aliases of aliases multiply', () => {
    const names = 'abcdefg'
    const bomb = many(names.length - 1, (n) => `${names[n + 1]}: &${names[n + 1]} [${`*${names[n]},`.repeat(30)}]\n`)
    expect(() => parseProjectFile(`a: &a [x]\n${bomb}`, 'kernelkit.yaml')).toThrow('its aliases stand for more than 1048576 values')
  })

  it('an alias means the anchor before it', () => {
    const { blocks } = parseProjectFile('vm: { append: [&a one, *a, &a two, *a] }', 'kernelkit.yaml')
    expect(blocks.vm?.['append']?.map(({ value }) => value)).toEqual(['one', 'one', 'two', 'two'])
  })
})
