import { isAbsolute, relative, resolve } from 'node:path'

export type AnnotationLevel = 'error' | 'warning' | 'notice'

/** A remark that GitHub shows at the top of a run, and at the line of a file where it names one. */
export interface Annotation {
  readonly level: AnnotationLevel
  readonly message: string
  readonly title?: string | undefined
  /** Said once for all steps of a job, under its title. */
  readonly oncePerJob?: boolean | undefined
  /** Absolute, or relative to the directory that the action works in. */
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/** GitHub shows these many of each level and step, and drops the rest without any message. */
export const shownPerStep = 10
export const shownPerJob = 50

export interface AnnotatorOptions {
  /** Gives one to the runner; `file` is relative to the workspace. */
  readonly send: (annotation: Annotation) => void
  /** One line of the log, for what would not be shown. */
  readonly print: (line: string) => void
  readonly workspace: string
  readonly cwd: string
  /** Shown by earlier steps of this job. */
  readonly before: number
  /** Titles that earlier steps of this job have shown once for all. */
  readonly job: ReadonlySet<string>
}

export interface Annotator {
  add(annotation: Annotation): void
  /** The reason of the step's failure, which is always shown: one place is kept free for it. */
  addFailure(annotation: Omit<Annotation, 'level'>): void
  /** Shown by this step. */
  readonly shown: () => number
  /** Titles that later steps of the job need not show again. */
  readonly titles: () => ReadonlySet<string>
  /** What was left out, as a line; `undefined` when nothing was. */
  readonly describeLeftOut: () => string | undefined
}

/** Gives each annotation once, counts what GitHub would drop, and prints it to the log instead. */
export function createAnnotator({ send, print, workspace, cwd, before, job }: AnnotatorOptions): Annotator {
  const shown: Record<AnnotationLevel, number> = { error: 0, warning: 0, notice: 0 }
  const leftOut: Record<AnnotationLevel, number> = { error: 0, warning: 0, notice: 0 }
  const given = new Set<string>()
  const titles = new Set(job)
  const total = (): number => shown.error + shown.warning + shown.notice
  const give = (annotation: Annotation): void => {
    shown[annotation.level] += 1
    send(locate(annotation, { workspace, cwd }))
  }
  return {
    add: (annotation) => {
      const { level, message, file, line, title, oncePerJob } = annotation
      // A warning of the log may come again in the result.
      const identity = JSON.stringify([level, message, file, line])
      if (given.has(identity)) return
      given.add(identity)
      if (oncePerJob === true && titles.has(title ?? '')) return print(renderLine(annotation))
      if (oncePerJob === true) titles.add(title ?? '')
      const kept = level === 'error' ? 1 : 0
      if (shown[level] + kept < shownPerStep && before + total() + 1 < shownPerJob) return give(annotation)
      leftOut[level] += 1
      print(renderLine(annotation))
    },
    addFailure: (annotation) => give({ ...annotation, level: 'error' }),
    shown: total,
    titles: () => titles,
    describeLeftOut: () => {
      const parts = (['error', 'warning', 'notice'] as const).flatMap((level) =>
        leftOut[level] === 0 ? [] : [`${leftOut[level]} ${level}${leftOut[level] === 1 ? '' : 's'}`],
      )
      if (parts.length === 0) return undefined
      return `${parts.join(', ')} more than GitHub shows (${shownPerStep} of a level in a step, ${shownPerJob} in a job): they are in the log only`
    },
  }
}

/** GitHub finds a file by its path in the repository; one outside is named in the message. */
function locate(annotation: Annotation, { workspace, cwd }: { readonly workspace: string; readonly cwd: string }): Annotation {
  const { file, line, column, ...rest } = annotation
  if (file === undefined) return rest
  const inside = relative(workspace, resolve(cwd, file))
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) return { ...rest, message: renderPlace(annotation) + rest.message }
  return { ...rest, file: inside, line, column }
}

function renderPlace({ file, line, column }: Annotation): string {
  return file === undefined ? '' : `${[file, line, column].filter((part) => part !== undefined).join(':')}: `
}

function renderLine(annotation: Annotation): string {
  return `${annotation.level}: ${renderPlace(annotation)}${annotation.message}`
}
