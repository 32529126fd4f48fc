import { bisectionSteps } from '@kernelkit/core/trials'
import type { BisectSpec } from '@kernelkit/core/options/commands'
import type { CommandContext } from '../command.ts'
import type { BisectionTree, Commit } from './bisection-tree.ts'
import type { Probe } from './probe.ts'
import type { SearchState } from './search-state.ts'
import { addToRate, tryCommit, type Trial } from './try-commit.ts'

/** The trial of a commit, as a killed bisection remembers it. */
export interface TriedCommit extends Pick<Trial, 'answer' | 'verdicts'> {
  readonly commit: string
  readonly what: string
  readonly paragraph: readonly string[]
  readonly evidence: string | undefined
  /** That make compiled for it; absent when nothing was built. */
  readonly objects: number | undefined
}

/** What the commits and their trials say. */
export type BisectionAnswer = { readonly what: string; readonly tried: readonly TriedCommit[] } & (
  | { readonly kind: 'found'; readonly commit: Commit; readonly report: TriedCommit | undefined }
  | { readonly kind: 'good-fails' | 'bad-passes' }
  | { readonly kind: 'unsure'; readonly suspects: readonly string[] }
)

export interface BisectionSearch {
  readonly spec: BisectSpec
  readonly tree: BisectionTree
  readonly state: SearchState<TriedCommit>
  readonly run: (commit: Commit) => (number: number) => Promise<Probe>
}

/** Tries the ends, then what git names, until one commit is left. */
export async function findCommit(context: CommandContext, { spec, tree, state, run }: BisectionSearch): Promise<BisectionAnswer> {
  const { host } = context
  const tried = new Map(state.known.map((one) => [one.commit, one]))
  if (tried.size > 0) host.log.info(`continuing a bisection: ${tried.size} commits are known`)
  const steps = bisectionSteps((await tree.suspects()).length)
  let rate = { failed: 0, passed: 0 }
  const attempt = async (commit: Commit): Promise<TriedCommit> => {
    const before = tried.get(commit.hash)
    const isBadEnd = commit.hash === tree.bad.hash
    const whenNotBooted = spec.fixedKernel ? 'skip' : 'bad'
    const rules = { confidence: spec.confidence, steps, rate, isBadEnd, whenNotBooted } as const
    const trial = before ?? toTried(commit, await tryCommit(run(commit), rules))
    if (before === undefined) {
      tried.set(commit.hash, trial)
      await state.add(trial)
    }
    if (trial.answer === 'bad') rate = addToRate(rate, trial.verdicts)
    const runs = trial.verdicts.length === 1 ? '' : `, ${trial.verdicts.length} runs`
    host.log.info(`${commit.hash.slice(0, 12)} ${trial.answer} (${trial.verdicts.at(-1) ?? ''}${runs}) ${commit.subject}`)
    return trial
  }
  const all = () => [...tried.values()]
  // The ends first: between two that do not differ there is nothing to find.
  for (const [commit, wanted] of [
    [tree.bad, 'bad'],
    [tree.good, 'good'],
  ] as const) {
    if (!tree.isContinued || !tried.has(commit.hash)) await tree.checkout(commit.hash)
    const trial = await attempt(commit)
    if (trial.answer === wanted) continue
    const name = `${commit.hash.slice(0, 12)} (${commit.subject})`
    if (trial.answer === 'skip')
      return {
        kind: 'unsure',
        suspects: [],
        tried: all(),
        what: `${wanted === 'bad' ? 'The bad' : 'The good'} end ${name} cannot be tried: ${trial.what}`,
      }
    const what =
      wanted === 'bad'
        ? `The bad end ${name} passes: there is nothing to find. Name a commit that fails, or find a flaky failure with --confidence 0.95.`
        : `The good end ${name} fails, too: it was red before these commits. Name an older commit that passes.`
    return { kind: wanted === 'bad' ? 'bad-passes' : 'good-fails', tried: all(), what }
  }
  for (;;) {
    const suspects = await tree.suspects()
    if (suspects.length === 1) {
      const commit = await tree.describe(suspects[0] ?? tree.bad.hash)
      return { kind: 'found', commit, report: tried.get(commit.hash), tried: all(), what: `${commit.hash} is the first bad commit` }
    }
    const skipped = await tree.skipped()
    const left = suspects.filter((hash) => !skipped.includes(hash) && tried.get(hash)?.answer !== 'bad')
    if (left.length === 0) {
      const what = `The first bad commit is one of ${suspects.length}; the others could not be built or booted: ${suspects.map((hash) => hash.slice(0, 12)).join(', ')}.`
      return { kind: 'unsure', suspects, tried: all(), what }
    }
    const current = await next(tree)
    const trial = await attempt(current)
    await tree.answer(trial.answer)
  }
}

/** The commit that git wants to be tried; the ends were checked out in between. */
async function next(tree: BisectionTree): Promise<Commit> {
  await tree.checkout(await tree.wanted())
  return tree.current()
}

function toTried(commit: Commit, { answer, verdicts, decisive }: Trial): TriedCommit {
  return {
    commit: commit.hash,
    answer,
    verdicts,
    what: decisive.what,
    paragraph: decisive.paragraph,
    evidence: decisive.evidence,
    objects: decisive.objects,
  }
}

/** A record of an earlier start. */
export function isTried(value: unknown): value is TriedCommit {
  if (typeof value !== 'object' || value === null) return false
  const { commit, answer, verdicts, what, paragraph } = value as Readonly<Record<string, unknown>>
  return (
    typeof commit === 'string' &&
    typeof answer === 'string' &&
    typeof what === 'string' &&
    Array.isArray(verdicts) &&
    Array.isArray(paragraph)
  )
}
