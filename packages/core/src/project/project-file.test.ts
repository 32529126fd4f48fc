import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import type { RawOptions } from '../options/index.ts'
import { parseProjectFile } from './parse-project-file.ts'

const parse = (text: string) => parseProjectFile(text, 'kernelkit.yaml')

/** Values without their places. */
function valuesOf(options: RawOptions = {}) {
  return Object.fromEntries(Object.entries(options).map(([name, values]) => [name, values.map(({ value }) => value)]))
}

function refusal(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint ?? ''}`
    throw error
  }
  return 'accepted'
}

const whole = `
kernel: { source: ., config: [minimal, ./ci/kasan.config, KUNIT=y], arch: x86_64, in-tree: false }
image:  { suite: trixie, include: iproute2, size: 4G, no-trim: true }
vm:
  cpus: 2
  memory: 1G
  boot-timeout: 90s
  gdb: true
  share: [".:/mnt/src"]
tests:
  - { name: smoke, run: uname -r, timeout: 60s }
  - { name: timers, run: /mnt/src/run-timers.sh, format: ktap, vm: { memory: 2G } }
`

describe('parseProjectFile', () => {
  it('reads blocks as the raw options of their commands, and tests', () => {
    const { blocks, tests } = parse(whole)
    expect(valuesOf(blocks.kernel)).toEqual({
      source: ['.'],
      config: ['minimal', './ci/kasan.config', 'KUNIT=y'],
      arch: ['x86_64'],
      inTree: [false],
    })
    expect(valuesOf(blocks.image)).toEqual({ suite: ['trixie'], include: ['iproute2'], size: ['4G'], noTrim: [true] })
    expect(valuesOf(blocks.vm)).toEqual({ cpus: ['2'], memory: ['1G'], bootTimeout: ['90s'], gdb: [true], share: ['.:/mnt/src'] })
    expect(blocks.vm?.['memory']).toEqual([{ value: '1G', place: { file: 'kernelkit.yaml', key: 'vm.memory', line: 6, column: 3 } }])
    // Of a list each item has its own.
    expect(blocks.kernel?.['config']?.map(({ place }) => place?.key)).toEqual(['kernel.config[0]', 'kernel.config[1]', 'kernel.config[2]'])
    expect(tests).toMatchObject([
      { name: 'smoke', path: 'tests[0]', run: 'uname -r', options: { timeout: [{ value: '60s' }] } },
      { name: 'timers', options: { format: [{ value: 'ktap' }], memory: [{ value: '2G' }] } },
    ])
  })

  it('reads tests of the kernel itself, and what passing means', () => {
    const { tests } = parse(
      'tests: [{ name: k, kunit: "ext4*", allow: known }, { name: c, run: x, kunit: false, env: A=1, fail-on: [bug], expect: reboot }]',
    )
    expect(tests.map(({ run, options }) => [run, valuesOf(options)])).toEqual([
      [undefined, { kunit: ['ext4*'], allow: ['known'] }],
      ['x', { kunit: [false], env: ['A=1'], failOn: ['bug'], expect: ['reboot'] }],
    ])
  })

  it.each(['', '# nothing but a marker\n', 'vm:\n', '---\n'])('takes %j for a marker without defaults', (text) => {
    expect(parse(text).blocks.vm ?? {}).toEqual({})
  })

  it('keeps numbers as they are written and follows aliases', () => {
    expect(valuesOf(parse('vm: { memory: 6.10, name: 007 }').blocks.vm)).toEqual({ memory: ['6.10'], name: ['007'] })
    expect(valuesOf(parse('vm: { memory: &m 1G }\ntests: [{ name: a, run: b, vm: { memory: *m } }]').tests[0]?.options)).toEqual({
      memory: ['1G'],
    })
  })

  it.each([
    ['vm: { memroy: 1G }', "kernelkit.yaml:1:7: 'memroy' is not known in vm. Did you mean memory?"],
    ['vm:\n  cpus: 1\n  s: true', "kernelkit.yaml:3:3: 's' is not known in vm."],
    ['kernal: {}', "kernelkit.yaml:1:1: 'kernal' is not known. Did you mean kernel?"],
    ['kernel: { dot-config: true }', "'dot-config' is not known in kernel"],
    ['vm: [1]', 'kernelkit.yaml:1:5: vm is a list; it takes keys with values. Write for instance `vm: { KEY: VALUE }`.'],
    ['- 1', 'kernelkit.yaml:1:1: the file is a list; it takes the keys kernel, image, vm, tests, matrix.'],
    ['vm: { cpus: [1] }', 'kernelkit.yaml:1:13: vm.cpus is a list; it takes a text or a number.'],
    ['vm: { memory: }', 'vm.memory is empty; it takes a text or a number.'],
    ["vm: { memory: '' }", 'kernelkit.yaml:1:15: vm.memory is an empty text; it takes a text or a number.'],
    ["vm: { append: [a, ''] }", 'vm.append[1] is an empty text; it takes a text'],
    ["tests: [{ name: a, run: b, timeout: '' }]", 'tests[0].timeout is an empty text'],
    ['vm: { keep: yes }', "vm.keep is 'yes'; it takes true or false. Write for instance `keep: true`."],
    ['vm: { share: [a: b] }', 'vm.share[0] is a block of keys; it takes a text, in quotes'],
    ['vm: { append: [true] }', 'vm.append[0] is true; it takes a text'],
    ['vm: {\nmemory', 'kernelkit.yaml:2:'],
    ['a: b: c', 'kernelkit.yaml:1:4: this is not YAML: Nested mappings'],
    ['vm: {}\nvm: {}', 'kernelkit.yaml:2:1: this is not YAML: Map keys must be unique.'],
    ['vm: !foo {}', 'kernelkit.yaml:1:5: this is not YAML: Unresolved tag: !foo.'],
    ['vm: { memory: *m }', 'kernelkit.yaml:1:15: this is not YAML: there is no &m for *m.'],
    ['vm: &v\n  memory: *v', 'vm.memory is a block of keys'],
    ['vm: &v { cpus: 1 }\nimage:\n  <<: *v', 'kernelkit.yaml:3:3: merge keys (<<) are not expanded: YAML 1.2 has none.'],
    ['vm: {}\n---\nvm: {}', 'kernelkit.yaml:2:1: this is not YAML'],
    ['tests: uname', "tests is 'uname'; it takes a list of tests. Write for instance `tests: [{ name: smoke, run: uname -r }]`."],
    ['tests: [{ name: a }]', 'kernelkit.yaml:1:9: tests[0] has no run.'],
    ['tests: [{ name: a, run: b, fromat: tap }]', "'fromat' is not known in tests[0]. Did you mean format?"],
    ['tests: [{ name: a, run: }]', 'kernelkit.yaml:1:25: tests[0].run is empty'],
    ['tests: [{ name: a, run: x, kselftest: size }]', 'tests[0] has run and kselftest. Leave one of them out: kselftest runs no command.'],
    [
      'tests: [{ name: a, ltp: x, kselftest: size }]',
      'tests[0] has kselftest and ltp. Leave one of them out: ltp runs no command and no other suite.',
    ],
    ['tests: [{ name: a, ltp: x }, { name: a, blktests: true }]', "two tests are named 'a'. Give each a name of its own"],
    [
      'tests: [{ name: a, run: "" }]',
      'tests[0] has no run. Give each test a name, and a run line or one of kunit, kselftest, ltp, xfstests, blktests.',
    ],
    ['tests: [{ run: b }]', 'kernelkit.yaml:1:9: tests[0] has no name.'],
    ['tests: [{ name: a/b, run: c }]', "kernelkit.yaml:1:17: tests[0].name 'a/b' is not a name"],
    ['tests: [{ name: x.yaml, run: c }]', "tests[0].name 'x.yaml' is not a name"],
    ['tests: [{ name: results.json, run: c }]', "tests[0].name 'results.json' is the name of a file with the results"],
    ['tests: [{ name: a, run: b, kunit: true }]', 'tests[0] has run and kunit.'],
    ['tests: [{ name: a, run: b, timeout: 1s, vm: { timeout: 2s } }]', 'tests[0] has timeout twice, in its vm too.'],
    ['tests: [{ name: a, run: b, vm: { keep: true } }]', "'keep' is not known in tests[0].vm."],
    ['tests: [{ name: a, run: b, alow: x }]', "'alow' is not known in tests[0]. Did you mean allow?"],
    ['tests: [{ name: a, run: b }, { name: a, run: c }]', "kernelkit.yaml:1:30: two tests are named 'a'."],
    ['tests: [{ name: a, run: b, vm: { memroy: 1G } }]', "'memroy' is not known in tests[0].vm. Did you mean memory?"],
  ])('refuses %j with its place', (text, said) => {
    expect(refusal(text)).toContain(said)
  })
})
