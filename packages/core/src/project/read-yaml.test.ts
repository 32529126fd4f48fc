import { Session } from 'node:inspector/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseProjectFile } from './parse-project-file.ts'

const many = (count: number, text: (index: number) => string) => Array.from({ length: count }, (_, index) => text(index)).join('')

describe('the work to read a kernelkit.yaml', () => {
  const session = new Session()

  beforeAll(async () => {
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  })

  afterAll(async () => {
    await session.post('Profiler.stopPreciseCoverage')
    session.disconnect()
  })

  /** How often the blocks of code ran that a reading passes, whatever the answer is: the same on a busy machine. */
  async function work(text: string): Promise<number> {
    await session.post('Profiler.takePreciseCoverage')
    try {
      parseProjectFile(text, 'kernelkit.yaml')
    } catch {
      // Refused is read, too.
    }
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const blocks = result.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    return blocks.reduce((sum, { count }) => sum + count, 0)
  }

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
  ])('grows with the number of %s and no faster', async (_what, text) => {
    const [once, four] = [await work(text(500)), await work(text(2000))]
    expect(once).toBeGreaterThan(500)
    // Linear is 4, quadratic is 16.
    expect(four / once).toBeLessThan(5)
  })
})

describe('an alias in a kernelkit.yaml', () => {
  it('is bounded where it stands for other aliases', () => {
    const names = 'abcdefg'
    const bomb = many(names.length - 1, (n) => `${names[n + 1]}: &${names[n + 1]} [${`*${names[n]},`.repeat(30)}]\n`)
    expect(() => parseProjectFile(`a: &a [x]\n${bomb}`, 'kernelkit.yaml')).toThrow('its aliases stand for more than 1048576 values')
  })

  it('means the anchor before it', () => {
    const { blocks } = parseProjectFile('vm: { append: [&a one, *a, &a two, *a] }', 'kernelkit.yaml')
    expect(blocks.vm?.['append']?.map(({ value }) => value)).toEqual(['one', 'one', 'two', 'two'])
  })
})
