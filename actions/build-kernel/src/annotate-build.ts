import { join } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import { UserError } from '@kernelkit/core/errors'
import { renderDiagnostic, type Diagnostic } from '@kernelkit/core/kbuild'
import type { BuildResult } from '@kernelkit/kernel'

type Remark = Omit<Diagnostic, 'severity'>

/** Errors of compiler and configuration at the lines that they name; `tree` is the caller's kernel tree, if it is one. */
export function annotateFailure(action: Action, error: unknown, tree: string | undefined): void {
  if (!(error instanceof UserError)) return
  const { errors, warnings, problems, origins } = error.details
  annotateAll(action, 'error', remarksOf(errors), tree)
  annotateAll(action, 'warning', remarksOf(warnings), tree)
  const places = textsOf(origins)
  for (const [index, message] of textsOf(problems).entries())
    action.annotate({ level: 'error', title: error.code, message, ...placeOf(action, places[index]) })
}

/** Warnings of a kernel that was made, now or by the run that it was cached from. */
export function annotateWarnings(action: Action, { warnings }: BuildResult, tree: string | undefined): void {
  annotateAll(action, 'warning', warnings, tree)
}

function annotateAll(action: Action, level: Diagnostic['severity'], remarks: readonly Remark[], tree: string | undefined): void {
  for (const remark of remarks) {
    const { file } = remark
    if (file !== undefined && tree !== undefined) action.annotate({ level, ...remark, file: join(tree, file) })
    // A tree that was fetched is not a part of the repository: the message has the place.
    else action.annotate({ level, message: renderDiagnostic({ severity: level, ...remark }) })
  }
}

/** `ci/kasan.config:12`; an option of the command line has no place. */
function placeOf({ host }: Action, where: string | undefined): { readonly file?: string; readonly line?: number } {
  const [, path, line] = /^([^\s]+):(\d+)$/.exec(where ?? '') ?? []
  return path === undefined ? {} : { file: join(path.startsWith('/') ? '' : host.cwd, path), line: Number(line) }
}

function remarksOf(value: unknown): readonly Remark[] {
  return Array.isArray(value) ? value.filter((item): item is Remark => typeof item === 'object' && item !== null && 'message' in item) : []
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
