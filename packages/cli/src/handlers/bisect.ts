import { resolve } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { treeGit, treeGitEnvironment } from '@kernelkit/core/kbuild'
import { parseBisectSpec, type BisectSpec } from '@kernelkit/core/options/commands'
import { parseVmSpec, type VmSpec } from '@kernelkit/core/options/vm'
import { prepareOutFile, writeOutFile, type Store } from '@kernelkit/host'
import { commandWords, makeEvidenceDirectory } from '@kernelkit/vm/internal'
import type { CommandContext, RawOptions } from '../command.ts'
import { withBisectionTree, type BisectionTree } from '../search/bisection-tree.ts'
import { commitRunner } from '../search/commit-runner.ts'
import { findCommit, isTried, type TriedCommit } from '../search/find-commit.ts'
import { probeOptions, questionOf } from '../search/probe.ts'
import { openSearchState } from '../search/search-state.ts'

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
  const { good, bad } = spec
  return withBisectionTree({ host, store, repository, good, bad, question, signal: context.signal }, (tree) =>
    bisectIn(context, { tree, store, spec, vm, argv, repository, question, logFile }),
  )
}

interface Bisection {
  readonly tree: BisectionTree
  readonly store: Store
  readonly spec: BisectSpec
  readonly vm: VmSpec
  readonly argv: readonly string[]
  readonly repository: string
  readonly question: object
  /** Takes git's log. */
  readonly logFile: string | undefined
}

async function bisectIn(
  context: CommandContext,
  { tree, store, spec, vm, argv, repository, question, logFile }: Bisection,
): Promise<number> {
  const { host } = context
  const state = await openSearchState<TriedCommit>(host, store, {
    kind: 'bisect',
    question: { ...question, repository, good: tree.good.hash, bad: tree.bad.hash },
    argv,
    isOne: isTried,
  })
  const evidence = await makeEvidenceDirectory(host, { store, id: `bisect-${host.randomHex(3)}`, named: vm.evidence })
  const run = commitRunner(context, { spec, vm, argv, repository, tree, store, evidence })
  const answer = await findCommit(context, { spec, tree, state, run })
  const log = await tree.log()
  if (logFile !== undefined) await writeOutFile(host, logFile, `${log}\n`)
  const exitCode = answer.kind === 'found' ? 0 : answer.kind === 'unsure' ? 125 : 1
  const tried = [...answer.tried]
  if (context.json) {
    const first = answer.kind === 'found' ? answer.commit : null
    const report = answer.kind === 'found' ? answer.report : undefined
    context.printJson({
      kind: answer.kind,
      first,
      what: answer.what,
      exitCode,
      suspects: answer.kind === 'unsure' ? answer.suspects : [],
      report: report === undefined ? null : { what: report.what, evidence: report.evidence ?? null },
      tried: tried.map(({ commit, answer: one, verdicts, what, objects = null }) => ({ commit, answer: one, verdicts, what, objects })),
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
  await tree.end()
  return exitCode
}

async function topLevel({ host }: CommandContext): Promise<string> {
  const { exitCode, stdout } = await host.run([...treeGit, 'rev-parse', '--show-toplevel'], {
    cwd: host.cwd,
    env: treeGitEnvironment,
    reject: false,
  })
  if (exitCode === 0) return resolve(stdout.trim())
  throw new UserError('BAD_BISECTION', `${host.cwd} is not in a git repository.`, {
    hint: 'Go to the repository whose commits are to be tried.',
  })
}

async function requireKernelTree({ host }: CommandContext, repository: string, bad: string): Promise<void> {
  const { exitCode } = await host.run([...treeGit, 'cat-file', '-e', `${bad}:Kconfig`], {
    cwd: repository,
    env: treeGitEnvironment,
    reject: false,
  })
  if (exitCode === 0) return
  throw new UserError('BAD_BISECTION', `${repository} at ${bad} is not a kernel tree (it has no Kconfig), and no kernel is named.`, {
    hint: message`Name the kernel that each commit is tried on with ${option('kernel')}, or go to the kernel tree.`,
  })
}
