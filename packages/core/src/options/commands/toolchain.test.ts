import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { givenOptions } from '../given.ts'
import { parseToolchainCommand } from './toolchain.ts'

const defaults = { suite: 'bookworm', targets: ['x86_64', 'i386'] } as const
const parse = (args: readonly string[], raw: Readonly<Record<string, unknown>> = {}) =>
  parseToolchainCommand(args, givenOptions(raw), defaults)
const image = { compiler: 'gcc', suite: 'bookworm', targets: ['x86_64', 'i386'], kind: 'build' }
const digest = `debian@sha256:${'0a'.repeat(32)}`

describe('parseToolchainCommand', () => {
  it.each([
    [[], {}, { action: 'ls' }],
    [['ls'], {}, { action: 'ls' }],
    [['prune'], { all: true }, { action: 'prune', all: true }],
    [['build'], {}, { action: 'build', image, base: undefined, force: false }],
    [
      ['build'],
      { compiler: 'clang-16', suite: 'trixie', arch: ['i386'], whole: true, base: digest, force: true },
      { action: 'build', image: { compiler: 'clang-16', suite: 'trixie', targets: ['i386'], kind: 'whole' }, base: digest, force: true },
    ],
    [['run', 'gcc', '-v'], {}, { action: 'run', image, base: undefined, command: ['gcc', '-v'], network: false, root: false }],
    [['run', 'make'], { net: 'user', root: true }, { action: 'run', image, base: undefined, command: ['make'], network: true, root: true }],
  ])('reads %j %j', (args, raw, expected) => {
    expect(parse(args, raw)).toEqual(expected)
  })

  it.each([
    [['bild'], {}, 'allowed: build, run, ls, prune', 'toolchain build'],
    [['ls', 'more'], {}, "'ls more'", 'toolchain build'],
    [['run'], {}, 'no command', 'toolchain run --'],
    [['build'], { base: 'debian:bookworm' }, '@sha256', 'tag can change'],
    [['build'], { compiler: 'tcc' }, 'allowed: gcc', 'suite'],
    [['build'], { suite: '../etc' }, 'bookworm', undefined],
    [['ls'], { compiler: 'gcc' }, 'no place in `toolchain ls`', 'toolchain build and run'],
    [['build'], { all: true }, '--all', 'prune'],
  ])('refuses %j %j', (args, raw, message, hint) => {
    let thrown: unknown
    try {
      parse(args, raw)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(UserError)
    expect((thrown as UserError).message).toContain(message)
    if (hint !== undefined) expect((thrown as UserError).hint).toContain(hint)
  })
})
