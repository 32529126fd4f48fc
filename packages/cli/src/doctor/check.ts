/** One line of the doctor. */
export interface Check {
  /** Stable, for scripts. */
  readonly name: string
  /** What was found, or what is missing. */
  readonly detail: string
  /** `limited`: works, but slower or with less. */
  readonly status: 'ok' | 'limited' | 'missing'
  /** The main path (build, bake, boot, run, ssh) stops without it. */
  readonly required: boolean
  /** The command that mends it. */
  readonly fix?: string
  /** Debian packages that mend it. */
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

/** One line per check, with the command that mends it. */
export function renderChecks(checks: readonly Check[]): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length))
  const markOf = ({ status, required }: Check): string => (status === 'missing' && !required ? 'absent' : marks[status])
  return checks
    .map((check) => {
      const mend = check.fix === undefined || check.status === 'ok' ? '' : `  -> ${check.fix}`
      return `${markOf(check).padEnd(marks.missing.length)}  ${check.name.padEnd(nameWidth)}  ${check.detail}${mend}`
    })
    .join('\n')
}
