import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'

/** Arguments of the shells that need no template. */
const builtIn: Readonly<Record<string, { readonly template: string; readonly extension: string }>> = {
  bash: { template: '--noprofile --norc -e -o pipefail {0}', extension: '.sh' },
  sh: { template: '-e {0}', extension: '.sh' },
  python: { template: '{0}', extension: '.py' },
}

export interface StepShell {
  readonly program: string
  /** Arguments, one of which holds `{0}`. */
  readonly template: string
  /** Of the script's file name. */
  readonly extension: string
}

/** A `shell:` value; none is bash without pipefail. */
export function parseShell(shell: string | undefined): StepShell {
  if (shell === undefined) return { program: 'bash', template: '-e {0}', extension: '.sh' }
  const [program = '', ...rest] = shell.trim().split(' ')
  const template = rest.join(' ').trim() || builtIn[program]?.template
  if (template === undefined || !template.includes('{0}')) {
    throw new Error(`Invalid shell option '${shell}': neither a built-in (${Object.keys(builtIn).join(', ')}) nor a template with {0}`)
  }
  return { program, template, extension: builtIn[program]?.extension ?? '' }
}

/** The words of a template with the script's path in it; double quotes keep blanks. */
export function shellArguments(template: string, script: string): readonly string[] {
  return [...template.replaceAll('{0}', script).matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''))
}

/** The first executable of this name on a PATH. */
export async function which(program: string, path: string): Promise<string> {
  if (program.includes('/')) return program
  for (const directory of path.split(':')) {
    const file = join(directory, program)
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  throw new Error(`${program}: command not found on ${path}`)
}
