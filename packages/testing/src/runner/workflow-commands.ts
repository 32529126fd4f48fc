/** A line of output that the runner takes as a command. */
export interface WorkflowCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

const known =
  'add-mask add-matcher add-path debug echo endgroup error group notice remove-matcher save-state set-env set-output stop-commands warning'.split(
    ' ',
  )

interface Grammar {
  /** Properties in the first group, data in the second. */
  readonly form: RegExp
  readonly separator: string
  readonly inProperties: Readonly<Record<string, string>>
  readonly inData: Readonly<Record<string, string>>
}

const lineEnds = { '%0D': '\r', '%0A': '\n' }
// In this order, and `%25` last, as the runner does.
const grammars: readonly Grammar[] = [
  {
    form: /^\s*::(.*?)::(.*)$/s,
    separator: ',',
    inProperties: { ...lineEnds, '%3A': ':', '%2C': ',', '%25': '%' },
    inData: { ...lineEnds, '%25': '%' },
  },
  {
    form: /##\[(.*?)\](.*)$/s,
    separator: ';',
    inProperties: { '%3B': ';', ...lineEnds, '%5D': ']', '%25': '%' },
    inData: { '%3B': ';', ...lineEnds, '%5D': ']', '%25': '%' },
  },
]

/**
 * `::name key=value,…::data` at the start of a line, or the old `##[name key=value;…]data` anywhere in it.
 * While commands are stopped the token that resumes them is a command too.
 */
export function parseWorkflowCommand(line: string, resumeToken?: string): WorkflowCommand | undefined {
  for (const { form, separator, inProperties, inData } of grammars) {
    const [, info = '', data = ''] = form.exec(line) ?? []
    const [name = '', ...rest] = info.split(' ')
    if (!known.includes(name.toLowerCase()) && (name === '' || name !== resumeToken)) continue
    const pairs = rest
      .join(' ')
      .trim()
      .split(separator)
      .map((pair) => /^(.+?)=(.+)$/s.exec(pair))
    return {
      name: name.toLowerCase(),
      properties: Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1], unescape(pair[2] ?? '', inProperties)]]))),
      data: unescape(data, inData),
    }
  }
  return undefined
}

function unescape(text: string, escapes: Readonly<Record<string, string>>): string {
  return Object.entries(escapes).reduce((result, [escaped, character]) => result.replaceAll(escaped, character), text)
}
