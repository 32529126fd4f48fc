import { describe, expect, it } from 'vitest'
import { parseArch } from '../arch/index.ts'
import { UserError } from '../errors/index.ts'
import { givenOptions, writeError, type BlockName, type RawOptions } from '../options/index.ts'
import { parseImageSpec, parseKernelSpec } from '../options/build/index.ts'
import { parseVmSpec } from '../options/vm/index.ts'
import { applyProjectFile } from './apply-project-file.ts'
import { parseProjectFile } from './parse-project-file.ts'

type Values = Readonly<Record<string, unknown>>

interface Case {
  readonly text: string
  readonly block?: BlockName
  readonly command?: string
  readonly given?: Values
  readonly words?: readonly string[]
}

function apply({ text, block = 'vm', command = 'run', given = {}, words = [] }: Case) {
  return applyProjectFile({
    file: parseProjectFile(text, 'kernelkit.yaml'),
    block,
    command,
    given: givenOptions(given),
    words,
    locator: { at: (path) => (path.startsWith('/') ? path : `/p/${path}`), hasConfig: (path) => path === 'ci/own.config' },
    hostArch: 'x86_64',
  })
}

/** Values without their places. */
function valuesOf(options: RawOptions) {
  return Object.fromEntries(Object.entries(options).map(([name, values]) => [name, values.map(({ value }) => value)]))
}

function refusal(input: Case): string {
  try {
    // As the command does: the file below the command line, then the parser of the command.
    const { options } = apply(input)
    if (input.block === 'kernel') parseKernelSpec(options, input.words ?? [], { arch: parseArch('x86_64') })
    else if (input.block === 'image') parseImageSpec(options, { hostArch: 'x86_64' })
    else parseVmSpec(options, { command: 'run' })
  } catch (thrown) {
    const error = thrown instanceof UserError ? writeError(thrown, { door: 'command' }) : thrown
    if (error instanceof UserError) return `${error.code} ${error.message} ${error.hint ?? ''}`
    throw error
  }
  return 'accepted'
}

describe('applyProjectFile', () => {
  it.each<[string, Case, Values]>([
    ['gives defaults', { text: 'vm: { memory: 1G, cpus: 2 }' }, { memory: '1G', cpus: '2' }],
    ['lets the command line win', { text: 'vm: { memory: 1G, cpus: 2 }', given: { memory: '2G' } }, { memory: '2G', cpus: '2' }],
    [
      'puts repeatable options of the command line last',
      { text: 'vm: { append: [a, b], env: [A=1] }', given: { append: ['c'], env: ['A=2'] } },
      { append: ['a', 'b', 'c'], env: ['A=1', 'A=2'] },
    ],
    [
      'replaces what would be at the same place',
      { text: 'vm: { share: [".:/a", "x:/b"], forward: ["1:22", "2:80"] }', given: { share: ['y:/a'], publish: ['3:22'] } },
      { share: ['/p/x:/b', 'y:/a'], forward: ['2:80'], publish: ['3:22'] },
    ],
    ['takes the kinds of one side only', { text: 'vm: { fail-on: [kasan] }', given: { failOn: ['bug'] } }, { failOn: ['bug'] }],
    [
      'lets another root override that of the file',
      { text: 'vm: { image: a.ext4, memory: 1G }', given: { root: 'host' } },
      { root: 'host', memory: '1G' },
    ],
    ['lets an initramfs override the root', { text: 'vm: { root: host }', given: { initrd: 'x' } }, { initrd: 'x' }],
    ['lets another kernel override the architecture', { text: 'vm: { arch: i386 }', given: { kernel: 'k' } }, { kernel: 'k' }],
    ['lets no network override ports', { text: 'vm: { ssh: true }', given: { net: 'none' } }, { net: 'none' }],
    ['lets a port override the missing network', { text: 'vm: { net: none }', given: { forward: ['1:2'] } }, { forward: ['1:2'] }],
    ['keeps ports with the network they need', { text: 'vm: { ssh: true }', given: { net: 'user' } }, { net: 'user', ssh: true }],
    ['lets -s override a debugger', { text: 'vm: { gdb: true }', given: { s: true } }, { s: true }],
    ['leaves out for boot what only run has', { text: 'vm: { env: [A=1], format: ktap, cpus: 2 }', command: 'boot' }, { cpus: '2' }],
    ['runs the kernel of the project, in its architecture', { text: 'kernel: { arch: i386 }\nvm: {}' }, { arch: 'i386' }],
    ['runs the kernel that is named', { text: 'kernel: { arch: i386 }', given: { kernel: 'k' } }, { kernel: 'k' }],
    ['runs the kernel that the file names', { text: 'kernel: { arch: i386 }\nvm: { kernel: k }' }, { kernel: '/p/k' }],
    ['bakes', { text: 'image: { size: 1G, no-trim: true }', block: 'image', command: 'bake' }, { size: '1G', noTrim: true }],
  ])('%s', (_title, input, expected) => {
    expect(valuesOf(apply(input).options)).toEqual(valuesOf(givenOptions(expected)))
  })

  it.each<[string, Case, Values]>([
    [
      'adds symbols to the configuration of the file',
      { text: 'kernel: { config: [minimal, X=y] }', given: { config: ['-Y', 'Z=m'] } },
      { config: ['minimal', 'X=y', '-Y', 'Z=m'] },
    ],
    [
      'replaces it by a preset',
      { text: 'kernel: { config: [debian] }', given: { config: ['minimal', '-Y'] } },
      { config: ['minimal', '-Y'] },
    ],
    ['builds another source without its checksum', { text: `kernel: { source: x.tar, sha256: ${'a'.repeat(64)} }`, words: ['.'] }, {}],
    ['understands make', { text: 'kernel: { arch: i386, compiler: gcc-12, in-tree: true }', words: ['ARCH=x86_64', 'LLVM=1', 'O=b'] }, {}],
    ['builds what the file names', { text: 'kernel: { source: ../linux, jobs: 3 }' }, { source: '/p/../linux', jobs: '3' }],
    ['keeps sources without a path', { text: 'kernel: { source: "deb:linux-source-6.12" }' }, { source: 'deb:linux-source-6.12' }],
    ['finds a repository next to the file', { text: 'kernel: { source: "git+./l#v6" }' }, { source: 'git+/p/./l#v6' }],
    [
      'finds configurations next to the file, and leaves the rest to the tree',
      { text: 'kernel: { config: [./a, b/c.config, ci/own.config?, debug.config, X=y, minimal] }' },
      { config: ['/p/./a', 'b/c.config', '/p/ci/own.config?', 'debug.config', 'X=y', 'minimal'] },
    ],
    ['finds the base', { text: 'kernel: { base: my.config }' }, { base: '/p/my.config' }],
    ['keeps the name of a base', { text: 'kernel: { base: defconfig }' }, { base: 'defconfig' }],
  ])('%s', (_title, input, expected) => {
    expect(valuesOf(apply({ block: 'kernel', command: 'build', ...input }).options)).toEqual(valuesOf(givenOptions(expected)))
  })

  it('makes every path absolute from the directory of the file', () => {
    const text = 'vm: { kernel: b, root: ./r, disk: [d.img:ro], artifacts: out/, qemu: ./q, allow: /abs, share: ["s:/m:ro", /t] }'
    expect(valuesOf(apply({ text }).options)).toEqual(
      valuesOf(
        givenOptions({
          kernel: '/p/b',
          root: '/p/./r',
          disk: ['/p/d.img:ro'],
          artifacts: '/p/out/',
          qemu: '/p/./q',
          allow: '/abs',
          share: ['/p/s:/m:ro', '/t'],
        }),
      ),
    )
    expect(valuesOf(apply({ text: 'vm: { root: host, qemu: qemu-system-x86_64 }' }).options)).toEqual({
      root: ['host'],
      qemu: ['qemu-system-x86_64'],
    })
  })

  it('names the options that the file gave', () => {
    expect(apply({ text: 'vm: { memory: 1G, cpus: 2, share: [a:/b] }', given: { memory: '2G', share: ['c:/b'] } }).used).toEqual(['cpus'])
  })

  it.each<[Case, string]>([
    [{ text: 'vm:\n  memory: lots' }, "BAD_SIZE kernelkit.yaml:2:3: `memory:` 'lots' is not a size"],
    [{ text: 'vm:\n  memory: lots' }, 'Write for instance `memory: 4G`.'],
    [{ text: 'vm: { cpus: 1, accel: kwm }' }, "BAD_OPTION kernelkit.yaml:1:16: `accel:` 'kwm' is not known"],
    [{ text: 'vm: { cpus: 1, accel: kwm }' }, 'Did you mean `accel: kvm`?'],
    [{ text: 'vm: { net: none, ssh: true }' }, 'kernelkit.yaml:1:18: `ssh:` does not go together with `net: none`'],
    [{ text: 'image: { size: 1 }', block: 'image', command: 'bake' }, 'BAD_SIZE kernelkit.yaml:1:10: `size:`'],
    [{ text: 'kernel: { config: [minimall] }', block: 'kernel', command: 'build' }, 'Did you mean `config: minimal`?'],
    [{ text: 'vm: { memory: lots }', given: { memory: '1G' } }, 'BAD_SIZE'],
    [{ text: 'vm: { share: ["~/src:/mnt"] }' }, "BAD_OPTION kernelkit.yaml:1:15: `share:` '~/src:/mnt': ~ is not expanded here."],
    [{ text: 'vm: { share: ["${HOME}/src"] }' }, "`share:` '${HOME}/src': ${HOME} is not expanded here."],
    [{ text: 'vm: { kernel: $HOME/linux }' }, 'Write the path itself: a relative one is meant from the directory of kernelkit.yaml.'],
    [{ text: 'kernel: { base: ~/config }', block: 'kernel', command: 'build' }, '~ is not expanded here.'],
  ])('refuses %j in the words of the file', (input, said) => {
    expect(refusal(input)).toContain(said)
  })
})
