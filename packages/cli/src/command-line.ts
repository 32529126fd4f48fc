import { Command, CommanderError } from 'commander'
import { UserError, command as commandPart, message, nearestName, option } from '@kernelkit/core/errors'
import { camelCase, commonRows, givenOptions, namedRows, refuseEmpty, rowsOfCommand } from '@kernelkit/core/options'
import type { CommandDefinition, RawOptions } from './command.ts'
import type { CommandRow } from './commands/index.ts'
import { addCommonOptions, addOptions } from './commands/add-options.ts'
import { readGlobalOptions, type GlobalOptions } from './global-options.ts'
import { markOptionalValues, readOptionalValues } from './optional-values.ts'

/** A parsed command line: a command to run, or a text to print (help, version). */
export type Invocation =
  | { readonly kind: 'text'; readonly text: string; readonly exitCode: number }
  | {
      readonly kind: 'command'
      readonly definition: CommandDefinition
      readonly args: readonly string[]
      readonly options: RawOptions
      readonly globals: GlobalOptions
    }

/** Words to an invocation; only the named command's module is imported. Throws BAD_OPTION. */
export async function parseCommandLine(argv: readonly string[], rows: readonly CommandRow[], version: string): Promise<Invocation> {
  const output: string[] = []
  let invocation: Invocation | undefined
  const program = createProgram(version)
  program.configureOutput({ writeOut: (text) => output.push(text), writeErr: () => {}, outputError: () => {} })
  for (const row of rows) {
    const command = program
      .command(row.name, { hidden: row.hidden === true })
      .summary(row.summary)
      .helpGroup(`${row.group}:`)
    command.action(async () => {
      invocation = readInvocation(program, command, row, await row.load())
    })
  }
  let reached: Command = program
  program.hook('preSubcommand', async (_root, command) => {
    reached = command
    const row = rows.find((candidate) => candidate.name === command.name())
    if (row !== undefined) defineCommand(command, row, await row.load())
  })
  const words = argv[0] === 'help' ? [...argv.slice(1, 2), '--help'] : argv.length === 0 ? ['--help'] : argv
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw toUserError(error, program, reached)
  }
  return invocation ?? { kind: 'text', text: output.join(''), exitCode: argv.length === 0 ? 125 : 0 }
}

/** The whole tree with every command defined: for completion, whose library adds its own command. */
export async function createFullProgram(rows: readonly CommandRow[]): Promise<Command> {
  const program = createProgram('')
  for (const row of rows) {
    if (row.load === undefined || row.hidden === true) continue
    defineCommand(program.command(row.name).summary(row.summary), row, await row.load())
  }
  return program
}

class KernelkitCommand extends Command {
  stopsAtOperand = false
  /** `--` came before any word of ours. */
  beginsWithSeparator = false
  passThroughBehind: string | undefined

  override createCommand(name?: string): KernelkitCommand {
    return new KernelkitCommand(name)
  }

  override parseOptions(args: string[]): { operands: string[]; unknown: string[] } {
    const [first, ...rest] = args
    if (first !== undefined && first === this.passThroughBehind) {
      this.passThroughOptions()
      const { operands, unknown } = super.parseOptions([...markOptionalValues(rest, this.options, true)])
      return { operands: [first, ...operands], unknown }
    }
    const parsed = super.parseOptions([...markOptionalValues(args, this.options, this.stopsAtOperand)])
    // Commander drops the first `--`: it came first when all operands follow it.
    const separator = args.indexOf('--')
    this.beginsWithSeparator = separator !== -1 && parsed.unknown.length === 0 && parsed.operands.length === args.length - separator - 1
    return parsed
  }
}

function createProgram(version: string): KernelkitCommand {
  const program = new KernelkitCommand('kernelkit')
  program
    .description('Build a kernel, bake an image, boot it, run a command.')
    .usage('COMMAND [OPTIONS]')
    .version(version, '--version', 'print the version')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    // `--gdb[=port]`: the next word is never its value.
    .configureHelp({ optionTerm: ({ flags }) => flags.replace(' [=', '[=') })
    .addHelpText('after', '\nExample:\n  kernelkit run -- uname -a\n\n`kernelkit COMMAND --help` shows the options of a command.')
  program.stopsAtOperand = true
  addCommonOptions(program)
  return program
}

function defineCommand(command: Command, row: CommandRow, definition: CommandDefinition): void {
  command.description(`${sentence(definition.summary)}.`)
  definition.define?.(command)
  addOptions(command, row.name)
  addCommonOptions(command)
  command.addHelpText('after', `\nExample:\n  ${definition.example}`)
  if (command instanceof KernelkitCommand) command.passThroughBehind = row.passThroughBehind
  if (row.passThroughAfter === undefined) return
  command.passThroughOptions()
  if (command instanceof KernelkitCommand) command.stopsAtOperand = true
}

function readInvocation(program: Command, command: Command, row: CommandRow, definition: CommandDefinition): Invocation {
  const rows = [...rowsOfCommand(row.name), ...namedRows(commonRows)]
  // Before those without a value become an empty text.
  for (const given of [program.opts(), command.opts()]) refuseEmpty(given, rows)
  refuseEmptyWord(command, row)
  const values = readOptionalValues(command.opts(), command.options)
  const globals = readGlobalOptions(program.opts(), values)
  const common = Object.keys(commonRows).map(camelCase)
  const options = givenOptions(Object.fromEntries(Object.entries(values).filter(([name]) => !common.includes(name))))
  return { kind: 'command', definition, args: ownOperands(command, row.passThroughAfter), options, globals }
}

/** `stop "$UNSET"` must not stop the only VM; words of a guest's command after the first may be empty. */
function refuseEmptyWord({ args }: Command, { name, passThroughAfter }: CommandRow): void {
  const own = passThroughAfter === undefined ? args : args.slice(0, Math.max(1, passThroughAfter))
  if (!own.includes('')) return
  throw new UserError('BAD_OPTION', `kernelkit ${name}: a word is empty.`, {
    hint: 'Leave it out, or give it a value; a variable of a shell that is not set is empty.',
    details: { seen: '' },
  })
}

/**
 * `exec VM -- COMMAND`: commander passes the `--` on, because it comes after the first operand. `gdb -- -batch` has no operand of
 * ours: an empty word stands for it.
 */
function ownOperands(command: Command, count: number | undefined): readonly string[] {
  const { args } = command
  if (count === undefined || count === 0) return args
  if (command instanceof KernelkitCommand && command.beginsWithSeparator) return ['', ...args]
  return args[count] === '--' ? args.filter((_, index) => index !== count) : args
}

function toUserError(error: CommanderError, program: Command, command: Command): UserError {
  const name = command === program ? 'kernelkit' : `kernelkit ${command.name()}`
  const seen = /'(.*?)'/.exec(error.message)?.[1] ?? ''
  const text = error.message.replace(/^error: /, '').replace(/\n[^]*$/, '')
  const candidates = error.code === 'commander.unknownCommand' ? program.commands.map((row) => row.name()) : longFlags(command)
  const help = commandPart(`${name} --help`)
  const near = /unknown/.test(error.code) ? nearestName(seen, candidates) : undefined
  return new UserError('BAD_OPTION', `${text.replace(/\.$/, '')}${command === program ? '' : ` (${name})`}.`, {
    hint:
      near === undefined
        ? message`Run ${help} to see what is allowed.`
        : message`Did you mean ${near.startsWith('--') ? option(near.slice(2)) : `'${near}'`}? Run ${help} to see all.`,
    details: { seen },
    cause: error,
  })
}

function longFlags(command: Command): readonly string[] {
  return command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]))
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
