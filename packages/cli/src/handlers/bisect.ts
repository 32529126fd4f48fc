import { join, relative, resolve } from 'node:path'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { UserError, message, option } from '@kernelkit/core/errors'
import { parseKernelReference } from '@kernelkit/core/kernels'
import { givenOptions, writeError } from '@kernelkit/core/options'
import { parseKernelSpec } from '@kernelkit/core/options/build'
import { parseBisectSpec, type BisectSpec } from '@kernelkit/core/options/commands'
import { parseVmSpec, type VmSpec } from '@kernelkit/core/options/vm'
import { bisectionSteps } from '@kernelkit/core/trials'
import { findProjectFile, nodeHost, openProjectFile, prepareOutFile, writeOutFile, type Store } from '@kernelkit/host'
import { commandWords, makeEvidenceDirectory } from '@kernelkit/vm/internal'
import type { CommandContext, RawOptions } from '../command.ts'
import { openBisectionTree, type BisectionTree, type Commit } from '../search/bisection-tree.ts'
import { probe, probeOptions, questionOf, type Probe } from '../search/probe.ts'
import { openSearchState, type SearchState } from '../search/search-state.ts'
import { addToRate, tryCommit, type Trial } from '../search/try-commit.ts'
import { makeKernel } from './build.ts'

/** The trial of a commit, as a killed bisection remembers it. */
interface TriedCommit extends Pick<Trial, 'answer' | 'verdicts'> {
  readonly commit: string
  readonly what: string
  readonly paragraph: readonly string[]
  readonly evidence: string | undefined
}

/** `kernelkit bisect GOOD BAD -- COMMAND`: the first commit that the command fails on; builds and boots each, in a clone. */
export async function bisect(context: CommandContext, words: readonly string[], given: RawOptions): Promise<number> {
  const { host } = context
  // A kernel of kernelkit.yaml is that of `run`: here only the command line fixes one.
  const own = { ...given, kernel: (given['kernel'] ?? []).filter(({ place }) => place === undefined) }
  const spec = parseBisectSpec(words, own)
  const { argv } = commandWords(spec.command, false)
  const ofVm = probeOptions('bisect', own)
  const vm = parseVmSpec(ofVm, { command: 'run' })
  const repository = await topLevel(context)
  if (!spec.fixedKernel) await requireKernelTree(context, repository, spec.bad)
  const logFile = spec.log === undefined ? undefined : await prepareOutFile(host, { option: 'log', named: spec.log })
  const store = await context.store({ compiles: !spec.fixedKernel })
  const question = { argv, cwd: host.cwd, vm: questionOf(ofVm), config: spec.config, confidence: spec.confidence ?? null }
  if (context.dryRun) {
    context.print(
      `git bisect of ${repository} from ${spec.good} to ${spec.bad}, in a clone: ${spec.fixedKernel ? 'boot' : 'build, boot'}, ${argv.join(' ')}`,
    )
    return 0
  }
  const tree = await openBisectionTree({ host, store, repository, good: spec.good, bad: spec.bad, question })
  const state = await openSearchState<TriedCommit>(host, store, {
    kind: 'bisect',
    question: { ...question, repository, good: tree.good.hash, bad: tree.bad.hash },
    isOne: isTried,
  })
  const evidence = await makeEvidenceDirectory(host, { store, id: `bisect-${host.randomHex(3)}`, named: vm.evidence })
  const run = runnerOf(context, { spec, vm, argv, repository, tree, store, evidence })
  const answer = await search(context, { spec, tree, state, run })
  const log = await tree.log()
  if (logFile !== undefined) await writeOutFile(host, logFile, `${log}\n`)
  const exitCode = answer.kind === 'found' ? 0 : answer.kind === 'unsure' ? 125 : 1
  const tried = [...answer.tried]
  if (context.json) {
    const first = answer.kind === 'found' ? answer.commit : null
    const report = answer.kind === 'found' ? answer.report : undefined
    context.printJson({
      first,
      what: answer.what,
      exitCode,
      suspects: answer.kind === 'unsure' ? answer.suspects : [],
      report: report === undefined ? null : { what: report.what, evidence: report.evidence ?? null },
      tried: tried.map(({ commit, answer: one, verdicts, what }) => ({ commit, answer: one, verdicts, what })),
      log: log.split('\n'),
      logFile: logFile ?? null,
      evidence,
    })
  } else {
    if (answer.kind === 'found') {
      for (const line of answer.report?.paragraph ?? []) context.print(line)
      const { hash, subject, author, date } = answer.commit
      context.print(`${hash} is the first commit that the command fails on\n  ${subject}\n  ${author}, ${date}`)
    } else context.print(answer.what)
  }
  await state.end()
  await tree.remove()
  return exitCode
}

type Answer = { readonly what: string; readonly tried: readonly TriedCommit[] } & (
  | { readonly kind: 'found'; readonly commit: Commit; readonly report: TriedCommit | undefined }
  | { readonly kind: 'ends' }
  | { readonly kind: 'unsure'; readonly suspects: readonly string[] }
)

interface Search {
  readonly spec: BisectSpec
  readonly tree: BisectionTree
  readonly state: SearchState<TriedCommit>
  readonly run: (commit: Commit) => (number: number) => Promise<Probe>
}

async function search(context: CommandContext, { spec, tree, state, run }: Search): Promise<Answer> {
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
    return { kind: 'ends', tried: all(), what }
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
  return { commit: commit.hash, answer, verdicts, what: decisive.what, paragraph: decisive.paragraph, evidence: decisive.evidence }
}

interface Runner {
  readonly spec: BisectSpec
  readonly vm: VmSpec
  readonly argv: readonly string[]
  readonly repository: string
  readonly tree: BisectionTree
  readonly store: Store
  readonly evidence: string
}

/** Builds the commit that is checked out, unless the kernel is fixed, and runs the command on it. */
function runnerOf(context: CommandContext, { spec, vm, argv, repository, tree, store, evidence }: Runner): Search['run'] {
  const { host } = context
  // What changes from commit to commit is the work tree: with a fixed kernel the command is in it, else it is next to the user.
  const cwd = spec.fixedKernel ? join(tree.path, relative(repository, host.cwd)) : host.cwd
  const inside = { ...context, host: cwd === host.cwd ? host : nodeHost({ log: host.log, env: host.env, cwd }) }
  return (commit) => {
    let kernel: Promise<string | undefined> | undefined
    return async (number) => {
      kernel ??= spec.fixedKernel ? Promise.resolve(undefined) : builtKernel(context, tree.path, spec)
      const startedAt = host.monotonicMs()
      try {
        const path = await kernel
        const wanted = path === undefined ? vm : { ...vm, kernel: parseKernelReference(path) }
        return await probe(inside, { spec: wanted, argv, store, evidence: join(evidence, `${commit.hash.slice(0, 12)}-${number}`) })
      } catch (thrown) {
        if (context.signal.aborted || !(thrown instanceof UserError)) throw thrown
        const error = writeError(thrown, context.reader)
        const seconds = (host.monotonicMs() - startedAt) / 1000
        return {
          verdict: error.verdict,
          what: `${error.code}: ${error.message}`,
          release: undefined,
          seconds,
          evidence: undefined,
          paragraph: [],
        }
      }
    }
  }
}

/** The kernel of the clone, as kernelkit.yaml of the user's project and --config say; its objects stay warm from commit to commit. */
async function builtKernel(context: CommandContext, tree: string, spec: BisectSpec): Promise<string> {
  const { host } = context
  const arch = hostArch(host.nodeArch)
  const given = givenOptions({ config: spec.config.length === 0 ? undefined : spec.config })
  const path = await findProjectFile(host)
  const options = path === undefined ? given : await projectKernelOptions(context, path, given, arch)
  return (await makeKernel(context, parseKernelSpec({ ...options, source: [{ value: tree }] }, [], { arch: parseArch(arch) }))).kernel
}

async function projectKernelOptions({ host }: CommandContext, path: string, given: RawOptions, arch: string): Promise<RawOptions> {
  const { applyProjectFile, reachingValues } = await import('@kernelkit/core/project')
  const { file, locatorOf, requireConsent } = await openProjectFile(host, path, { trusted: false })
  const locator = await locatorOf('kernel')
  const { options } = applyProjectFile({ file, block: 'kernel', command: 'build', given, words: [], locator, hostArch: arch })
  const { source: _, sha256: __, ...others } = options
  await requireConsent(reachingValues('kernel', others))
  return others
}

async function topLevel({ host }: CommandContext): Promise<string> {
  const { exitCode, stdout } = await host.run(['git', 'rev-parse', '--show-toplevel'], { reject: false })
  if (exitCode === 0) return resolve(stdout.trim())
  throw new UserError('BAD_BISECTION', `${host.cwd} is not in a git repository.`, {
    hint: 'Go to the repository whose commits are to be tried.',
  })
}

async function requireKernelTree({ host }: CommandContext, repository: string, bad: string): Promise<void> {
  const { exitCode } = await host.run(['git', '-C', repository, 'cat-file', '-e', `${bad}:Kconfig`], { reject: false })
  if (exitCode === 0) return
  throw new UserError('BAD_BISECTION', `${repository} at ${bad} is not a kernel tree (it has no Kconfig), and no kernel is named.`, {
    hint: message`Name the kernel that each commit is tried on with ${option('kernel')}, or go to the kernel tree.`,
  })
}

function isTried(value: unknown): value is TriedCommit {
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
