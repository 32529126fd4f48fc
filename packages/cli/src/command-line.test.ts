import { UserError } from '@kernelkit/core/errors'
import { describe, expect, it } from 'vitest'
import { parseCommandLine } from './command-line.ts'
import type { CommandRow } from './commands/index.ts'
import { commandRows } from './commands/index.ts'
import { givenOptions, writeError } from '@kernelkit/core/options'

const loaded: string[] = []
const rows: readonly CommandRow[] = commandRows
  .filter(({ name }) => ['run', 'exec', 'ssh', 'gdb', 'initrd', 'build', 'doctor', 'toolchain', 'stop', 'report'].includes(name))
  .map((row) => ({
    ...row,
    load: async () => {
      loaded.push(row.name)
      return row.load()
    },
  }))

async function parse(...argv: readonly string[]) {
  const invocation = await parseCommandLine(argv, rows, '1.2.3')
  if (invocation.kind === 'text') throw new Error(`a text: ${invocation.text}`)
  return invocation
}

async function refusal(...argv: readonly string[]): Promise<UserError> {
  try {
    await parseCommandLine(argv, rows, '1.2.3')
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('the command line', () => {
  it.each([
    [['run', 'uname', '-r'], ['uname', '-r'], {}],
    [['run', '--', '-r'], ['-r'], {}],
    [['run', '-k', 'vmlinux', 'sh', '-c', 'echo', '-k', '--'], ['sh', '-c', 'echo', '-k', '--'], { kernel: 'vmlinux' }],
    [['run', '--gdb', 'uname', '--gdb'], ['uname', '--gdb'], { gdb: true }],
    [['run', '--gdb=1234', 'uname'], ['uname'], { gdb: '1234' }],
    [['run', '--blktests', 'loop'], ['loop'], { blktests: [''] }],
    [['run', '--blktests=loop', '--blktests=nvme'], [], { blktests: ['loop', 'nvme'] }],
    [['run', '-s', '-e', 'A', '-e', 'B=--gdb', 'env'], ['env'], { s: true, env: ['A', 'B=--gdb'] }],
    [['run', '-k', '--gdb', 'true'], ['true'], { kernel: '--gdb' }],
  ])('passes the command of `%j` on untouched', async (argv, args, options) => {
    const invocation = await parse(...argv)
    expect(invocation.args).toEqual(args)
    expect(invocation.options).toEqual(givenOptions(options))
  })

  it.each([[['stop', '']], [['exec', '', 'true']], [['run', '--', '']], [['report', '']]])('refuses the empty word of %j', async (argv) => {
    const { code, message } = writeError(await refusal(...argv), { door: 'command' })
    expect({ code, message }).toEqual({ code: 'BAD_OPTION', message: `kernelkit ${argv[0]}: a word is empty.` })
  })

  it('passes empty words of a command on', async () => {
    expect((await parse('run', '--', 'echo', '')).args).toEqual(['echo', ''])
  })

  it.each([
    [['run', '-k', '', 'true'], '--kernel has an empty value; it takes <kernel>.'],
    [['run', '--timeout=', 'true'], '--timeout has an empty value'],
    [['run', '--gdb=', 'true'], '--gdb has an empty value'],
    [['run', '-e', 'A', '-e', '', 'true'], '--env has an empty value'],
    [['run', '--cache-dir', '', 'true'], '--cache-dir has an empty value'],
    [['--cache-dir', '', 'run', 'true'], '--cache-dir has an empty value'],
    [['exec', '--user', '', 'a', 'true'], '--user has an empty value'],
  ])('refuses the empty value of %j, which an unset variable of a shell leaves', async (argv, text) => {
    const { code, message, hint } = writeError(await refusal(...argv), { door: 'command' })
    expect({ code, hint }).toMatchObject({ code: 'BAD_OPTION', hint: expect.stringContaining('a variable of a shell that is not set') })
    expect(message).toContain(text)
  })

  it('takes an empty word for another program, and an empty word of the command', async () => {
    const { options, args } = await parse('run', '--qemu-arg', '-append', '--qemu-arg', '', 'echo', '')
    expect({ options, args }).toEqual({ options: givenOptions({ qemuArg: ['-append', ''] }), args: ['echo', ''] })
  })

  it.each([
    [
      ['exec', 'a', '--', 'uname', '-r'],
      ['a', 'uname', '-r'],
    ],
    [
      ['exec', 'a', 'uname', '--', '-r'],
      ['a', 'uname', '--', '-r'],
    ],
    [
      ['exec', '-t', 'a', 'top', '-t'],
      ['a', 'top', '-t'],
    ],
  ])('takes one word for the VM in `%j` and leaves the rest to the guest', async (argv, args) => {
    expect((await parse(...argv)).args).toEqual(args)
  })

  it.each([
    [
      ['gdb', '--', '-batch', '-ex', 'bt'],
      ['', '-batch', '-ex', 'bt'],
    ],
    [
      ['exec', '-t', '--', 'top', '--', '-t'],
      ['', 'top', '--', '-t'],
    ],
    [
      ['ssh', '--ssh-arg', '-N', '--', 'uname'],
      ['', 'uname'],
    ],
    [['gdb'], []],
    [['gdb', '--'], ['']],
  ])('takes no word for the VM when `--` comes first in `%j`', async (argv, args) => {
    expect((await parse(...argv)).args).toEqual(args)
  })

  it.each([
    [['toolchain', 'run', '--compiler', 'gcc-12', 'make', '-j', '--all'], ['run', 'make', '-j', '--all'], { compiler: 'gcc-12' }],
    [['toolchain', 'run', '--', 'gcc', '--', '-v'], ['run', 'gcc', '--', '-v'], {}],
    [['toolchain', 'prune', '--all'], ['prune'], { all: true }],
    [['toolchain', '--all', 'prune'], ['prune'], { all: true }],
    [['toolchain'], [], {}],
  ])('reads `%j` to the word whose command is passed on', async (argv, args, options) => {
    expect(await parse(...argv)).toMatchObject({ args, options: givenOptions(options) })
  })

  it('accepts a value that begins with a dash after an option that needs one', async () => {
    const { args, options } = await parse('build', 'deb:linux-source-6.12', '--config', 'minimal', '--config', '-EXT4_FS')
    expect(args).toEqual(['deb:linux-source-6.12'])
    expect(options).toEqual(givenOptions({ config: ['minimal', '-EXT4_FS'] }))
  })

  it('accepts common options before and after the command, the later one winning', async () => {
    const { globals, options } = await parse('--json', '--cache-dir', '/a', '--no-color', 'build', '-q', '--cache-dir', '/b')
    expect(globals).toEqual({
      json: true,
      dryRun: false,
      quiet: true,
      verbose: false,
      color: false,
      cacheDir: '/b',
      toolchain: 'auto',
    })
    expect(options).toEqual({})
  })

  it.each([
    [['bild'], "unknown command 'bild'.", "Did you mean 'build'?"],
    [['build', '--cofig', 'x'], "unknown option '--cofig' (kernelkit build).", 'Did you mean --config?'],
    [['--jsn', 'build'], "unknown option '--jsn'", 'Did you mean --json?'],
    [['build', '--config'], "option '--config <item>' argument missing (kernelkit build).", '`kernelkit build --help`'],
    [['doctor', 'a'], "too many arguments for 'doctor'", '`kernelkit doctor --help`'],
    [['run', '-r'], "unknown option '-r' (kernelkit run).", '`kernelkit run --help`'],
    [['initrd'], "missing required argument 'source' (kernelkit initrd).", '`kernelkit initrd --help`'],
    [['build', '--toolchain', 'host,docker'], "--toolchain 'host,docker' is not known; allowed: auto, host, docker.", ''],
  ])('refuses `%j` and shows what is near', async (argv, message, hint) => {
    const error = await refusal(...argv)
    expect(error.code).toBe('BAD_OPTION')
    expect(error.message).toContain(message)
    expect(error.hint ?? '').toContain(hint)
  })

  it('prints help without importing any command, and imports only the one that help is asked for', async () => {
    loaded.length = 0
    const root = await parseCommandLine(['--help'], rows, '1.2.3')
    expect(root).toMatchObject({ kind: 'text', exitCode: 0 })
    expect(loaded).toEqual([])
    const help = await parseCommandLine(['help', 'run'], rows, '1.2.3')
    expect(new Set(loaded)).toEqual(new Set(['run']))
    expect(help.kind === 'text' ? help.text : '').toMatch(/--machine <type>[^]*\(default:\s+auto\)[^]*Example:\n {2}kernelkit run/)
    expect(help.kind === 'text' ? help.text : '').toMatch(/--gdb\[=port\] /)
  })

  it('prints the version', async () => {
    expect(await parseCommandLine(['--version'], rows, '1.2.3')).toEqual({ kind: 'text', text: '1.2.3\n', exitCode: 0 })
  })

  it('prints help and fails without words', async () => {
    expect(await parseCommandLine([], rows, '1.2.3')).toMatchObject({ kind: 'text', exitCode: 125 })
  })
})

describe('the command list', () => {
  it.each(commandRows)('$name has the same summary in --help and in its own help, and an example', async (one) => {
    const loadedDefinition = await one.load()
    expect(loadedDefinition.name).toBe(one.name)
    expect(loadedDefinition.summary).toBe(one.summary)
    expect(loadedDefinition.example).toMatch(/kernelkit/)
    const help = await parseCommandLine([one.name, '--help'], commandRows, '1.2.3')
    expect(help).toMatchObject({ kind: 'text', exitCode: 0 })
  })
})
