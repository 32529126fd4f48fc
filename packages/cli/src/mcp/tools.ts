import { rowsOfCommand, type NamedRow } from '@kernelkit/core/options'
import { describeOption } from '@kernelkit/core/options/help'
import { z } from 'zod'

/** A command as a tool of the protocol. */
export interface Tool {
  readonly name: string
  readonly description: string
  /** Names of the inputs that are the command's words, in their order; a list is several words. */
  readonly words: readonly { readonly name: string; readonly kind: 'text' | 'list'; readonly help: string; readonly optional?: true }[]
  /** It changes nothing. */
  readonly readOnly?: true
}

/** The commands that are served; each has the inputs that its options are, and answers with the JSON document that it prints. */
export const tools: readonly Tool[] = [
  {
    name: 'build',
    description: 'Build a kernel from source. Answers with paths, release, and what was added to the configuration.',
    words: [
      {
        name: 'source',
        kind: 'text',
        help: 'a tree, git+URL#REF, deb:linux-source-6.12 or a tarball (default: the directory)',
        optional: true,
      },
      { name: 'make', kind: 'list', help: 'VAR=VALUE words for make', optional: true },
    ],
  },
  {
    name: 'run',
    description: 'Boot a kernel, run one command in the guest, answer with the verdict, reports and paths of console, stdout and stderr.',
    words: [{ name: 'command', kind: 'list', help: 'program and arguments; a single word with blanks is a shell line', optional: true }],
  },
  {
    name: 'test',
    description: 'Run the tests of kernelkit.yaml, each in a fresh guest. Answers with a verdict for each.',
    words: [{ name: 'names', kind: 'list', help: 'tests, or the file first (default: all of the nearest kernelkit.yaml)', optional: true }],
  },
  {
    name: 'report',
    description: 'Find and decode kernel reports (oopses, warnings, KASAN, lockdep …) in console logs.',
    words: [{ name: 'files', kind: 'list', help: 'console logs' }],
    readOnly: true,
  },
  {
    name: 'exec',
    description: 'Run a command in a VM that was left running with keep. Answers with its exit status and output.',
    words: [
      { name: 'vm', kind: 'text', help: 'name or id of the VM; empty: the only one' },
      { name: 'command', kind: 'list', help: 'program and arguments; a single word with blanks is a shell line' },
    ],
  },
  {
    name: 'kernels',
    description: 'Kernels of distributions that mirrors and the store offer, under the names that run takes.',
    words: [{ name: 'pattern', kind: 'text', help: 'a pattern of names (default: all)', optional: true }],
    readOnly: true,
  },
  { name: 'ps', description: 'List the running VMs of this user.', words: [], readOnly: true },
  { name: 'stop', description: 'End a running VM.', words: [{ name: 'vm', kind: 'text', help: 'name or id of the VM', optional: true }] },
]

export const toolNames: readonly string[] = tools.map(({ name }) => name)

// A terminal and stdin belong to the protocol; consent to a project file is the user's (docs/trust.md).
const leftOut: readonly string[] = ['tty', 'stdin', 'trust-project', 's', 'S']

/** Options of a command that a tool has. */
export function optionsOf(tool: string): readonly NamedRow[] {
  const rows = rowsOfCommand(tool).filter(({ name, hidden }) => hidden !== true && !leftOut.includes(name))
  // An input of this name is a word.
  return rows.filter(({ name }) => !tools.find((one) => one.name === tool)?.words.some((word) => word.name === name))
}

/** What a tool takes: its words, the options of its command, and the directory in which the command runs. */
export function inputSchema(tool: Tool) {
  const words = tool.words.map(({ name, kind, help, optional }) => {
    const type = kind === 'list' ? z.array(z.string()) : z.string()
    return [name, (optional === true ? type.optional() : type).describe(help)] as const
  })
  const options = optionsOf(tool.name).map((row) => [row.name, typeOf(row).optional().describe(describeOption(row))] as const)
  return z.strictObject({
    ...Object.fromEntries(options),
    ...Object.fromEntries(words),
    directory: z.string().optional().describe('directory in which the command runs (default: that of the server)'),
  })
}

function typeOf({ kind, choices }: NamedRow) {
  if (kind === 'flag') return z.boolean()
  if (kind === 'list' || kind === 'set') return z.array(z.string())
  if (kind === 'text-or-flag') return z.union([z.boolean(), z.string()])
  const [first, ...rest] = choices ?? []
  return first === undefined ? z.string() : z.enum([first, ...rest])
}
