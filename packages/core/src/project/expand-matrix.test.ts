import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { cellDirectories, cellName } from '../trials/index.ts'
import { expandMatrix, type MatrixInput } from './expand-matrix.ts'
import { parseProjectFile } from './parse-project-file.ts'

const tests: MatrixInput['tests'] = [
  { name: 'a', hasKernel: false, hasRoot: false },
  { name: 'b', hasKernel: false, hasRoot: false },
]

function cellsOf(text: string, input: Partial<MatrixInput> = {}) {
  const { matrix } = parseProjectFile(`matrix: ${text}`, 'kernelkit.yaml')
  if (matrix === undefined) throw new Error('no matrix')
  return expandMatrix({ matrix, tests, allTests: ['a', 'b', 'left-out'], makes: { kernel: true, image: true }, ...input })
}

function refusal(text: string, input: Partial<MatrixInput> = {}) {
  try {
    cellsOf(text, input)
  } catch (error) {
    if (error instanceof UserError) return error
  }
  throw new Error(`${text} was not refused`)
}

describe('expandMatrix', () => {
  it.each<[string, string, readonly string[]]>([
    ['tests and kernels', '{ kernels: ["debian:12", built] }', ['a@debian:12', 'a@built', 'b@debian:12', 'b@built']],
    ['roots', '{ roots: [host, image] }', ['a,root=host', 'a,root=image', 'b,root=host', 'b,root=image']],
    [
      'configurations of the built kernel',
      '{ kernels: built, configs: { plain: [], kasan: [kasan] }, exclude: [{ test: b, config: kasan }] }',
      ['a@built,config=plain', 'a@built,config=kasan', 'b@built,config=plain'],
    ],
    [
      'what is included, each cell once',
      '{ kernels: ["debian:12"], include: [{ test: a, kernel: ["debian:12", host] }] }',
      ['a@debian:12', 'b@debian:12', 'a@host'],
    ],
    [
      'a kernel without configuration next to configurations',
      '{ kernels: [built], configs: { kasan: [kasan] }, include: [{ kernel: "debian:12" }] }',
      ['a@built,config=kasan', 'b@built,config=kasan', 'a@debian:12', 'b@debian:12'],
    ],
  ])('combines %s', (_title, text, expected) => {
    expect(cellsOf(text).map(cellName)).toEqual(expected)
  })

  it('marks the cells that may fail', () => {
    const cells = cellsOf('{ kernels: ["debian:12", "debian:sid"], allow-fail: [{ kernel: "debian:sid" }] }')
    expect(cells.filter(({ allowFail }) => allowFail).map(cellName)).toEqual(['a@debian:sid', 'b@debian:sid'])
  })

  it.each<[string, Partial<MatrixInput>, string, number]>([
    ['{ kernels: ["debian:12"], configs: { kasan: [kasan] } }', {}, 'kernel debian:12 and config kasan cannot be one cell', 1],
    [
      '{ kernels: [built] }',
      { makes: { kernel: false, image: true } },
      'test a and kernel built cannot be one cell: the file has no block `kernel:`',
      1,
    ],
    ['{ roots: [image] }', { makes: { kernel: true, image: false } }, 'test a and root image cannot be one cell', 1],
    [
      '{ kernels: ["debian:12"] }',
      { tests: [{ name: 'a', hasKernel: true, hasRoot: false }] },
      'test a and kernel debian:12 cannot be one cell',
      1,
    ],
    ['{ roots: [host] }', { tests: [{ name: 'a', hasKernel: false, hasRoot: true }] }, 'test a and root host cannot be one cell', 1],
    ['\n  kernels: ["debian:12"]\n  exclude: [{ kernel: "debian:11" }]', {}, 'no cell of the matrix has kernel debian:11', 3],
    ['\n  kernels: ["debian:12"]\n  exclude: [{ test: bb }]', {}, "there is no test 'bb'", 3],
    ['\n  kernels: ["debian:12"]\n  include:\n    - { test: [a, c], kernel: "debian:11" }', {}, "there is no test 'c'", 4],
    ['{ kernels: ["debian:12"], allow-fail: [{ test: zz, kernel: "debian:12" }] }', {}, "there is no test 'zz'", 1],
    ['{ kernels: ["debian:12"], exclude: [{ kernel: "debian:12" }] }', {}, 'the matrix has no cell left', 1],
    ['\n  kernels: ["debian:15"]', {}, "'15' is not a release of debian", 2],
    ['{ kernels: ["debian:12", "debian:12"] }', {}, "matrix.kernels has 'debian:12' twice", 1],
    ['{ kernel: ["debian:12"] }', {}, "'kernel' is not known in matrix", 1],
    ['{ exclude: [{}] }', {}, 'matrix.exclude[0] is a block of keys', 1],
    ['{ exclude: [{ kernels: a }] }', {}, "'kernels' is not known in matrix.exclude[0]", 1],
  ])('refuses %s', (text, input, message, line) => {
    const error = refusal(text, input)
    expect(error.message).toContain(message)
    expect(error.parts.place?.line).toBe(line)
  })

  it('does not call a pattern a typo that names a test which was not chosen', () => {
    const text = '{ kernels: ["debian:12"], exclude: [{ test: b }] }'
    expect(cellsOf(text, { tests: tests.slice(0, 1) }).map(cellName)).toEqual(['a@debian:12'])
    expect(cellsOf('{ kernels: ["debian:12"], exclude: [{ test: left-out }] }').map(cellName)).toEqual(['a@debian:12', 'b@debian:12'])
  })
})

it('directories of cells have no slash and are different', () => {
  expect(cellDirectories(['a@debian:12/cloud', 'a@debian:12:cloud', 'plain'])).toEqual([
    'a@debian-12-cloud',
    'a@debian-12-cloud~2',
    'plain',
  ])
})
