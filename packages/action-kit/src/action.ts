import type { Place } from '@kernelkit/core/errors'
import type { RawOptions, Reader } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import type { Annotation } from './annotations.ts'
import type { ActionsCache } from './cache/actions-cache.ts'
import type { InputRow } from './inputs.ts'

/** What an action's main or post gets. */
export interface Action {
  /** Works in the input `working-directory`; warnings of its log become annotations. */
  readonly host: Host
  /** Aborted by SIGINT and SIGTERM: the runner ends a cancelled step ten seconds after the first. */
  readonly signal: AbortSignal
  /** Given inputs, as core's parsers take them. */
  readonly inputs: RawOptions
  /** How messages name options: as inputs, those of kernelkit.yaml as keys. */
  reader(): Reader
  /** The options that kernelkit.yaml gave, and where. */
  readAlso(places: Readonly<Record<string, Place>>): void
  /** `$GITHUB_WORKSPACE`. */
  readonly workspace: string
  /** `$RUNNER_TEMP`, emptied with each job; outside a job the system's temporary directory. */
  readonly temp: string
  /** The directory of main.mjs and its companions. */
  readonly directory: string
  readonly version: string
  readonly cache: ActionsCache
  /** One foldable part of the log; groups inside are plain lines, because GitHub folds one level. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
  /** A line of what a program in the guest prints: the log shows it as it is, its colours too, but for commands to the runner. */
  printOutput(line: string): void
  annotate(annotation: Annotation): void
  /** Markdown for the summary of the step, written at its end. */
  summarise(markdown: string): void
  /** `undefined` is the empty text. */
  setOutputs(outputs: Readonly<Record<string, string | number | boolean | undefined>>): void
  /** The step ends as failed, with this reason; the work continues. */
  fail(reason: string, options?: { readonly title?: string }): void
  /** The log shows `***` for each line of it from now on. */
  mask(secret: string): void
  /** For later steps of the job. */
  exportVariable(name: string, value: string): void
  addPath(directory: string): void
  /** From main to post. */
  saveState(name: string, value: unknown): void
  readState(name: string): unknown
}

/** One of the Actions: what its action.yml declares. */
export interface ActionDefinition {
  readonly inputs: readonly InputRow[]
  /** `import.meta.dirname` of the entry. */
  readonly directory: string
}
