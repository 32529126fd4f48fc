import type { Plan, Step } from './plan.ts'

const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/

/** A command line that can be pasted into a POSIX shell; every word is quoted when it needs to be. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map((word) => (plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

/** The plan as `--dry-run` prints it: a comment with the reason, then the command or the file. */
export function renderPlan(plan: Plan): string {
  return [`# ${plan.title}`, ...plan.steps.flatMap((step) => [`# ${step.why}`, renderStep(step)])].join('\n') + '\n'
}

function renderStep(step: Step): string {
  switch (step.kind) {
    case 'run': {
      const env = Object.entries(step.env ?? {}).map(([name, value]) => (value === undefined ? `-u${name}` : `${name}=${value}`))
      return quoteArgv(env.length > 0 ? ['env', ...env, ...step.argv] : step.argv)
    }
    case 'write':
      return `write ${quoteArgv([step.path])} (${step.content.length} bytes)`
    case 'mkdir':
      return quoteArgv(['mkdir', '-p', step.path])
  }
}
