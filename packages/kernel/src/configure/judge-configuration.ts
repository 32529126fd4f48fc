import { UserError, message, option } from '@kernelkit/core/errors'
import { renderAddition, renderUnmet, renderValue, type UnknownSymbol, type UnmetRequest } from '@kernelkit/core/kconfig'
import type { Configuration } from './configure-kernel.ts'

/** The result of comparing what was asked for with what was configured. */
export interface Judgement {
  /** Lines that make the build fail under `--config-check error`. */
  readonly problems: readonly string[]
  /** Who asked for each of them: `ci/kasan.config:12`, `--config KASAN=y`. */
  readonly origins?: readonly string[]
  readonly warnings: readonly string[]
  /** `+NET_SCHED for NET_SCH_FQ, net/config:31`: what was switched for something that was asked for. */
  readonly added: readonly string[]
  /** Other decisions worth a line: what was left out, what was kept on. */
  readonly notes: readonly string[]
}

/** Sort differences into failures and remarks: the user's own requests must be met, ours yield to the user's n. */
export function judgeConfiguration(configuration: Pick<Configuration, 'check' | 'added' | 'kept' | 'warnings'>): Judgement {
  const problems: string[] = []
  const origins: string[] = []
  const warnings: string[] = [...configuration.warnings]
  const notes: string[] = []
  for (const unknown of configuration.check.unknown) {
    const line = renderUnknown(unknown)
    const { origin, optional } = unknown.request
    if (optional || origin.kind === 'preset' || origin.kind === 'always') notes.push(`left out: ${line}`)
    else if (origin.kind === 'command') {
      problems.push(line)
      origins.push(origin.where)
    } else warnings.push(line)
  }
  for (const unmet of configuration.check.unmet) {
    const line = renderUnmet(unmet)
    if (unmet.request.optional || yieldsToUser(unmet)) notes.push(`left out: ${line}`)
    else {
      problems.push(line)
      origins.push(unmet.request.origin.where)
    }
  }
  if (configuration.kept.length > 0) notes.push(`kept on although their defaults changed: ${configuration.kept.join(' ')}`)
  return { problems, origins, warnings, added: configuration.added.map(renderAddition), notes }
}

/** Throws `CONFIG_UNMET` with every problem at once. */
export function requireMet(judgement: Pick<Judgement, 'problems' | 'origins'>): void {
  const { problems, origins } = judgement
  if (problems.length === 0) return
  throw new UserError('CONFIG_UNMET', `the kernel would not have what was asked for:\n  ${problems.join('\n  ')}`, {
    hint: message`Change these, write SYMBOL=VALUE? for what may be missing, or build anyway with ${option('config-check', 'warn')}.`,
    verdict: 'config-fail',
    details: { problems, ...(origins === undefined ? {} : { origins }) },
  })
}

function renderUnknown({ request, nearest }: UnknownSymbol): string {
  return `${request.symbol}: asked for ${renderValue(request.value)} (${request.origin.where}), but this tree has no such symbol for this architecture${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
}

/** A preset's option that the user's own n makes impossible. */
function yieldsToUser({ request, obstacles }: UnmetRequest): boolean {
  return (request.origin.kind === 'preset' || request.origin.kind === 'always') && obstacles.some((obstacle) => obstacle.byUser === true)
}
