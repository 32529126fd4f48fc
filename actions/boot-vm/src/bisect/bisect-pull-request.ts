import { dirname, join, resolve } from 'node:path'
import { escapeCell, renderTable, type Action } from '@kernelkit/action-kit'
import { treeGit, treeGitEnvironment } from '@kernelkit/core/kbuild'
import { parseKernelReference } from '@kernelkit/core/kernels'
import { textOption, type RawOptions } from '@kernelkit/core/options'
import { obstacles } from '@kernelkit/core/trials'
import type { Host, Store } from '@kernelkit/host'
import type { FinishedRun } from '@kernelkit/vm/internal'
import { jobVariables } from '../guest/guest-variables.ts'
import type { BootRequest } from '../inputs.ts'
import { bisectionKey, restoreBisection, type BegunBisection } from './bisection-state.ts'
import { bisectWords, type BisectedKernel } from './bisect-words.ts'
import { parsePullRequest } from './pull-request.ts'

export interface BisectionOfStep {
  readonly action: Action
  readonly store: Store
  readonly options: RawOptions
  readonly request: BootRequest
  /** The run that did not pass. */
  readonly finished: FinishedRun
}

/** What `kernelkit bisect --json` prints. */
interface Answer {
  readonly kind: 'found' | 'good-fails' | 'bad-passes' | 'unsure'
  readonly what: string
  readonly first: { readonly hash: string; readonly subject: string; readonly author: string } | null
  readonly tried: readonly {
    readonly commit: string
    readonly answer: string
    readonly verdicts: readonly string[]
    readonly what: string
  }[]
}

// They differ from run to run of one question, or name a directory that a commit is not in.
const notAsked = /^GITHUB_(?:REF|REF_NAME|SHA|RUN_ID|RUN_ATTEMPT|WORKSPACE)$/

/** The commits of the pull request, from the commit that it began at to its head; what cannot be bisected is said. */
export async function bisectPullRequest({ action, store, options, request, finished }: BisectionOfStep): Promise<void> {
  const { host } = action
  if (obstacles.includes(finished.outcome.judgement.verdict))
    return host.log.info('bisect: the script did not run, there is nothing to bisect')
  const commits = await findCommits(action)
  if (commits === undefined) return
  const { repository, good, bad } = commits
  const { image, kernel } = { image: finished.prepared.plan.root, kernel: await chooseKernel(action, { options, finished, repository }) }
  const variables = jobVariables(host.env)
  const words = bisectWords({
    options,
    kernel,
    image: image.kind === 'image' ? image.path : undefined,
    script: request.script,
    shell: request.shell,
    good,
    bad,
    storeRoot: store.root,
    cwd: host.cwd,
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => !notAsked.test(name))),
  })
  const begun: BegunBisection = { key: bisectionKey(host, words), directory: join(store.root, 'searches') }
  await restoreBisection(action, begun)
  action.saveState('bisection', begun)
  const program = join(action.directory, '../../setup-kvm/dist/cli/bin/kernelkit.js')
  const { stdout, exitCode } = await host.run([process.execPath, program, ...words], {
    onLine: (line, stream) => stream === 'stderr' && action.printOutput(line),
    reject: false,
    endsWithParent: true,
    signal: action.signal,
  })
  const answer = parseAnswer(stdout)
  if (answer === undefined) {
    action.annotate({
      level: 'warning',
      title: 'Not bisected',
      message: `kernelkit bisect exited with status ${exitCode}; the log says why.`,
    })
    return
  }
  action.saveState('bisection', null)
  report(action, answer)
}

/** Where the pull request began and where it ends. */
async function findCommits(
  action: Action,
): Promise<{ readonly repository: string; readonly good: string; readonly bad: string } | undefined> {
  const { host } = action
  const payload = await host.fs.readFile(host.env['GITHUB_EVENT_PATH'] ?? '', 'utf8').catch(() => '')
  const request = parsePullRequest(payload)
  if (request === undefined) {
    host.log.info('bisect: this run is not of a pull request, there are no commits to bisect')
    return undefined
  }
  const ask = async (...words: readonly string[]) => {
    const { exitCode, stdout } = await host.run([...treeGit, ...words], { cwd: host.cwd, env: treeGitEnvironment, reject: false })
    return exitCode === 0 ? stdout.trim() : undefined
  }
  const repository = await ask('rev-parse', '--show-toplevel')
  const good = await ask('merge-base', request.base, request.head)
  if (repository === undefined || good === undefined) {
    action.annotate({
      level: 'warning',
      title: 'Not bisected',
      message: 'The commits of the pull request are not in the checkout: give actions/checkout `fetch-depth: 0`.',
    })
    return undefined
  }
  return { repository, good, bad: request.head }
}

/** A kernel that was built of this repository is built of each commit, with what was asked for; any other is the same for all. */
async function chooseKernel(
  { host, temp }: Action,
  { options, finished, repository }: Pick<BisectionOfStep, 'options' | 'finished'> & { readonly repository: string },
): Promise<BisectedKernel> {
  const { path } = finished.prepared.plan.kernel.image
  const manifest = await readManifest(host, dirname(path))
  if (
    manifest?.userTree !== undefined &&
    (await host.fs.realpath(manifest.userTree).catch(() => '')) === (await host.fs.realpath(repository))
  ) {
    const text = `${manifest.requested.map(({ symbol, value }) => (value === 'n' ? `# CONFIG_${symbol} is not set` : `CONFIG_${symbol}=${value}`)).join('\n')}\n`
    const config = join(temp, `kernelkit-bisect-${host.sha256(text).slice(0, 16)}.config`)
    await host.fs.writeFile(config, text)
    return { kind: 'built', config }
  }
  const named = textOption(options, 'kernel')
  return { kind: 'fixed', kernel: named === undefined || parseKernelReference(named).kind === 'path' ? resolve(host.cwd, path) : named }
}

interface Requested {
  readonly symbol: string
  readonly value: string
}

async function readManifest(
  host: Host,
  directory: string,
): Promise<{ readonly userTree: string | undefined; readonly requested: readonly Requested[] } | undefined> {
  try {
    const { source, requested } = JSON.parse(await host.fs.readFile(join(directory, 'manifest.json'), 'utf8')) as {
      readonly source?: { readonly userTree?: string }
      readonly requested?: readonly Requested[]
    }
    return { userTree: source?.userTree, requested: requested ?? [] }
  } catch {
    return undefined
  }
}

const titles = {
  found: 'Guilty commit',
  'good-fails': 'It was red before you',
  'bad-passes': 'Not one of these commits',
  unsure: 'Not bisected',
}

/** `undefined` for what the command prints of an error. */
function parseAnswer(text: string): Answer | undefined {
  try {
    const answer = JSON.parse(text) as Partial<Answer>
    return answer.kind !== undefined && Object.hasOwn(titles, answer.kind) && Array.isArray(answer.tried) ? (answer as Answer) : undefined
  } catch {
    return undefined
  }
}

function report(action: Action, { kind, what, first, tried }: Answer): void {
  const message =
    first === null ? what : `${first.hash.slice(0, 12)} ${first.subject} (${first.author}) is the first commit that the script fails on.`
  action.annotate({ level: kind === 'found' ? 'error' : kind === 'good-fails' ? 'notice' : 'warning', title: titles[kind], message })
  const rows = tried.map((one) => [one.commit.slice(0, 12), one.answer, one.verdicts.join(', '), one.what])
  action.summarise(`#### ${titles[kind]}\n\n${escapeCell(message)}\n\n${renderTable(['commit', 'answer', 'verdict', ''], rows)}`)
  action.host.log.info(message)
}
