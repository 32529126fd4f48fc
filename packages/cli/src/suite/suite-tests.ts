import { UserError, joinedOption, message, option } from '@kernelkit/core/errors'
import { isGiven, type RawOptions, type VmSpec } from '@kernelkit/core/options'
import { suiteNames } from '@kernelkit/core/options/vm'
import type { ProjectTest } from '@kernelkit/core/project'

/** Whether the command line names tests, so that it needs no kernelkit.yaml. */
export function namesSuite(options: RawOptions): boolean {
  return suiteNames.some((name) => isGiven(options, name))
}

/** Suites of the command line, each as a test of its name, in place of the file's tests; `undefined`: none is named. */
export function suiteTests(options: RawOptions, names: readonly string[]): readonly ProjectTest[] | undefined {
  const named = suiteNames.filter((name) => isGiven(options, name))
  const [first] = named
  if (first === undefined) {
    if (!isGiven(options, 'suite-dir')) return undefined
    throw new UserError('BAD_OPTION', message`${option('suite-dir')} is given, and no suite.`, {
      hint: message`Add ${option('xfstests', 'GROUP')}, ${option('ltp', 'RUNTEST')} or ${option('blktests')}, or write suite-dir in kernelkit.yaml.`,
    })
  }
  if (names.length > 0)
    throw new UserError(
      'BAD_OPTION',
      message`${option(first)} runs in place of the tests of kernelkit.yaml, but '${names.join(' ')}' was named.`,
      {
        hint:
          first === 'blktests'
            ? message`Leave one of them out; write groups after =, as in ${joinedOption('blktests', 'loop')}.`
            : message`Leave one of them out; several names are one word, as in ${option(first, "'timers size'")}.`,
      },
    )
  return named.map((name) => ({
    name,
    path: `--${name}`,
    run: undefined,
    options: Object.fromEntries(Object.entries(options).filter(([key]) => key === name || (key === 'suiteDir' && name !== 'kselftest'))),
  }))
}

/** Of a test without a shell line. */
export function suiteTitle({ suite }: Pick<VmSpec, 'suite'>): string {
  return suite === undefined ? "the kernel's own suites" : `${suite.name} ${suite.words}`.trim()
}
