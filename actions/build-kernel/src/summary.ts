import { escapeCell, renderTable } from '@kernelkit/action-kit'
import { UserError, renderUserError } from '@kernelkit/core/errors'
import type { BuildResult, BuildPlan } from '@kernelkit/kernel'

/** What was built, from what, how long it took. */
export function renderBuildSummary(answer: BuildResult, { source, saved }: { readonly source: string; readonly saved: boolean }): string {
  const { release, arch, cached, seconds, bytes, key, added, warnings } = answer
  const parts = `source ${time(seconds.source)}, configure ${time(seconds.configure)}, compile ${time(seconds.compile)}`
  const rows = [
    ['source', source],
    ['from', cached ? `a cache, in ${time(seconds.total)}` : `this run, in ${time(seconds.total)} (${parts})`],
    ['kept for later runs', cached ? 'it is already' : saved ? 'yes' : 'no'],
    ['size', `kernel ${mebibytes(bytes.kernel)}, vmlinux ${mebibytes(bytes.vmlinux)}`],
    ['key', key],
    ['dependencies switched', added.length === 0 ? 'none' : added.join('\n')],
    ['warnings', String(warnings.length)],
  ]
  return `### Kernel ${escapeCell(release)} (${arch})\n\n${renderTable(['', ''], rows)}\n`
}

/** What went wrong, and what to try. */
export function renderFailureSummary({ source, spec }: BuildPlan, error: unknown): string {
  const text = error instanceof UserError ? renderUserError(error) : String(error)
  const fence = '`'.repeat(Math.max(3, ...(text.match(/`+/g) ?? []).map((run) => run.length + 1)))
  return `### Kernel of ${escapeCell(source.label)} (${spec.arch.name}) was not built\n\n${fence}text\n${text}\n${fence}\n`
}

function time(seconds: number): string {
  return `${seconds.toFixed(1)} s`
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
