import type { Message } from '@kernelkit/core/errors'
import { writeFor, type Reader } from '@kernelkit/core/options'

/** One line of the doctor. */
export interface Check {
  /** Stable, for scripts. */
  readonly name: string
  /** What was found, or what is missing. */
  readonly detail: Message
  /** `limited`: works, but slower or with less. */
  readonly status: 'ok' | 'limited' | 'missing'
  /** The main path (build, bake, boot, run, ssh) stops without it. */
  readonly required: boolean
  /** The command that fixes it. */
  readonly fix?: Message
  /** Debian packages that fix it. */
  readonly packages?: readonly string[]
}

/** The main path works. */
export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ status, required }) => status !== 'missing' || !required)
}

/** Packages that the checks ask for, each once. */
export function missingPackages(checks: readonly Check[]): readonly string[] {
  return [...new Set(checks.flatMap((check) => (check.status === 'ok' ? [] : (check.packages ?? []))))]
}

const marks = { ok: 'ok', limited: '--', missing: 'MISSING' } as const

/** One line per check, with the command that fixes it. */
export function renderChecks(checks: readonly Check[], reader: Reader): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length))
  const markOf = ({ status, required }: Check): string => (status === 'missing' && !required ? 'absent' : marks[status])
  return checks
    .map((check) => {
      const fix = check.fix === undefined || check.status === 'ok' ? '' : `  -> ${writeFor(check.fix, reader)}`
      return `${markOf(check).padEnd(marks.missing.length)}  ${check.name.padEnd(nameWidth)}  ${writeFor(check.detail, reader)}${fix}`
    })
    .join('\n')
}
