import { resolve } from 'node:path'
import { camelCase, flagOption, rowsOfCommand, textOption, type RawOptions } from '@kernelkit/core/options'
import { scriptCommand, scriptDirectory } from '../guest/script-command.ts'

/** What each commit is tried on. */
export type BisectedKernel =
  /** A file, or a reference: the commits are those of a program. */
  | { readonly kind: 'fixed'; readonly kernel: string }
  /** The commits are those of the kernel; the file has the configuration. */
  | { readonly kind: 'built'; readonly config: string }

export interface BisectWordsInput {
  /** Inputs of the step. */
  readonly options: RawOptions
  readonly kernel: BisectedKernel
  /** The image that was booted, named or found. */
  readonly image: string | undefined
  readonly script: string
  readonly shell: readonly string[] | undefined
  readonly good: string
  readonly bad: string
  readonly storeRoot: string
  /** Where relative paths of the inputs are meant from. */
  readonly cwd: string
  /** Variables of the job for the script. */
  readonly variables: Readonly<Record<string, string>>
}

// Of one run, or given below; where files go is the bisection's own.
const left = ['kernel', 'config', 'confidence', 'image', 'evidence', 'artifacts', 'console', 'log', 'log-limit', 'env', 'trust-project']

/** Words of `kernelkit bisect` that ask the question of the step. */
export function bisectWords(input: BisectWordsInput): readonly string[] {
  const { options, kernel, image, script, shell, good, bad, storeRoot, cwd, variables } = input
  const rows = rowsOfCommand('bisect').filter(({ name }) => !left.includes(name))
  const same = rows.flatMap(({ name, path }) =>
    (options[camelCase(name)] ?? []).flatMap(({ value }) => {
      if (value === true) return [`--${name}`]
      // Each commit is in another directory.
      return typeof value === 'string' ? [`--${name}=${path === 'whole' ? resolve(cwd, value) : value}`] : []
    }),
  )
  const named = (options['env'] ?? []).flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
  const fixed = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  return [
    'bisect',
    '--json',
    `--cache-dir=${storeRoot}`,
    ...(flagOption(options, 'trustProject') ? ['--trust-project'] : []),
    ...(kernel.kind === 'fixed' ? [`--kernel=${kernel.kernel}`] : [`--config=${kernel.config}`]),
    ...(image === undefined ? [] : [`--image=${image}`]),
    ...same,
    ...[...fixed, ...named].map((one) => `--env=${one}`),
    good,
    bad,
    '--',
    // The same command as in the step, which takes the script on stdin.
    '/bin/sh',
    '-c',
    `printf '%s\\n' "$0" | "$@"`,
    script,
    ...scriptCommand({ directory: scriptDirectory('bisect', textOption(options, 'user')), shell }),
  ]
}
