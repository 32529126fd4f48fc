import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { givenOptions, writeError, type RawOptions } from '../options/index.ts'
import { parseVmSpec } from '../options/vm/index.ts'
import { applyTest } from './apply-test.ts'
import { parseProjectFile } from './parse-project-file.ts'

type Values = Readonly<Record<string, unknown>>

/** Values without their places. */
function valuesOf(options: RawOptions) {
  return Object.fromEntries(Object.entries(options).map(([name, values]) => [name, values.map(({ value }) => value)]))
}

function apply(text: string, given: Values = {}) {
  const file = parseProjectFile(text, 'kernelkit.yaml')
  const [test] = file.tests
  if (test === undefined) throw new Error('no test')
  return applyTest({
    file,
    test,
    given: givenOptions(given),
    locator: { at: (path) => (path.startsWith('/') ? path : `/p/${path}`), hasConfig: () => false },
    hostArch: 'x86_64',
  })
}

const command = 'tests: [{ name: a, run: b, timeout: 5s, vm: { memory: 2G, share: [x:/b] }, env: [B=2] }]'

describe('applyTest', () => {
  it.each<[string, string, Values, Values]>([
    ['gives a test its own', command, {}, { timeout: '5s', memory: '2G', share: ['/p/x:/b'], env: ['B=2'] }],
    [
      'puts it over the vm of the file',
      `vm: { memory: 1G, cpus: 2, share: [".:/a", "y:/b"], env: [A=1], allow: known }\n${command}`,
      {},
      { timeout: '5s', memory: '2G', cpus: '2', share: ['/p/.:/a', '/p/x:/b'], env: ['A=1', 'B=2'], allow: '/p/known' },
    ],
    [
      'lets the command line win',
      `vm: { cpus: 2 }\n${command}`,
      { memory: '3G', cpus: '1', timeout: '9s', env: ['B=3'] },
      { memory: '3G', cpus: '1', timeout: '9s', share: ['/p/x:/b'], env: ['B=2', 'B=3'] },
    ],
    [
      "leaves out of the file's vm what only a single interactive VM uses",
      'vm: { name: x, keep: true, gdb: true, ssh: true, forward: ["1:2"], stdin: true, junit: x, persist: true, cpus: 2 }\ntests: [{ name: a, run: b }]',
      {},
      { cpus: '2', timeout: '10m' },
    ],
    [
      'gives the suites of the kernel no root and no command',
      'vm: { root: host, env: [A=1], memory: 1G }\ntests: [{ name: a, kunit: "ext4*", timeout: 9s }]',
      { image: '/i', env: ['B=1'], kernel: '/k' },
      { memory: '1G', kunit: 'ext4*', timeout: '9s', kernel: '/k' },
    ],
  ])('%s', (_title, text, given, expected) => {
    expect(valuesOf(apply(text, given).options)).toEqual(valuesOf(givenOptions(expected)))
  })

  it.each<[string, string, Values, boolean, boolean]>([
    ['both', 'kernel: {}\nimage: {}\ntests: [{ name: a, run: b }]', {}, true, true],
    ['nothing that is not described', 'tests: [{ name: a, run: b }]', {}, false, false],
    [
      'no kernel of the project when one is named',
      'kernel: {}\nimage: {}\ntests: [{ name: a, run: b, vm: { kernel: k } }]',
      {},
      false,
      true,
    ],
    [
      'neither when the command line names them',
      'kernel: {}\nimage: {}\ntests: [{ name: a, run: b }]',
      { kernel: 'k', root: 'host' },
      false,
      false,
    ],
    ['the image by its kind', 'image: {}\nvm: { root: image }\ntests: [{ name: a, run: b }]', {}, false, true],
    ['no image for an initramfs', 'image: {}\ntests: [{ name: a, run: b, vm: { initrd: x } }]', {}, false, false],
    ['no image for the suites of the kernel', 'kernel: {}\nimage: {}\ntests: [{ name: a, kunit: true }]', {}, true, false],
    ['nothing of another architecture', 'kernel: {}\nimage: {}\ntests: [{ name: a, run: b, vm: { arch: i386 } }]', {}, false, false],
    [
      'what is of its architecture',
      'kernel: { arch: i686 }\nimage: { arch: i386 }\ntests: [{ name: a, run: b, vm: { arch: i386 } }]',
      {},
      true,
      true,
    ],
  ])('takes %s', (_title, text, given, kernel, image) => {
    expect(apply(text, given).takes).toEqual({ kernel, image })
  })

  it.each([
    ['tests: [{ name: a, run: b, timeout: 5 }]', "BAD_DURATION kernelkit.yaml:1:28: `timeout:` '5' is not a duration"],
    ['tests: [{ name: a, run: b, format: tab }]', "BAD_OPTION kernelkit.yaml:1:28: `format:` 'tab' is not known"],
    ['tests: [{ name: a, run: b, vm: { memory: lots } }]', "BAD_SIZE kernelkit.yaml:1:34: `memory:` 'lots' is not a size"],
    ['tests: [{ name: a, run: b, fail-on: [kasn] }]', "`fail-on:` 'kasn' is not a kind of report"],
    ['tests: [{ name: a, kunit: true, env: [A=1] }]', "`env:` 'A=1' does not go together with `kunit:`"],
    ['vm: { memory: lots }\ntests: [{ name: a, run: b }]', "BAD_SIZE kernelkit.yaml:1:7: `memory:` 'lots'"],
    ['tests: [{ name: a, run: b, vm: { arch: sparc } }]', "BAD_ARCH kernelkit.yaml:1:34: architecture 'sparc' is not known"],
    ['kernel: { arch: sparc }\ntests: [{ name: a, run: b, vm: { arch: i386 } }]', "BAD_ARCH kernelkit.yaml:1:11: architecture 'sparc'"],
  ])('refuses %s in the words of the file', (text, said) => {
    try {
      parseVmSpec(apply(text).options, { command: 'run' })
      expect.unreachable()
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown
      const error = writeError(thrown, { door: 'command' })
      expect(`${error.code} ${error.message}`).toContain(said)
    }
  })
})
