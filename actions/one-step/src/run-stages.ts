import { join, resolve } from 'node:path'
import type { CarryInput } from '@kernelkit/action-kit'
import { defaultStoreRoot, type Host } from '@kernelkit/host'
import { chooseStages, type Stage } from './stages.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface Step {
  readonly host: Host
  /** All variables of the step: the parts need those of the runner, its cache too. */
  readonly env: Variables
  /** The program that runs this one. */
  readonly node: string
  /** Directory with the bundles of all actions. */
  readonly actions: string
  /** What the client of the Actions cache looks at. */
  readonly place: CarryInput['place']
  /** Where the runner's signals arrive: they go to this process alone, and a part must end its guest. */
  readonly signals: Pick<NodeJS.Process, 'on' | 'off'>
}

/** Runs the parts one after the other; guests all run, the first other part that fails is the last. Answers with the exit status of the step. */
export async function runStages(step: Step): Promise<number> {
  let worst = 0
  for (const stage of chooseStages(inputsOf(step.env))) {
    const status = stage.kind === 'test' ? await runTests(step, stage) : await runStage(step, stage)
    const isGuest = stage.kind === 'test' || stage.name === 'boot-vm'
    if (status === undefined) return 1
    worst = Math.max(worst, status)
    if (status !== 0 && !isGuest) break
  }
  return worst
}

/** The command has no access to the Actions cache: what it makes is brought and saved around it. */
async function runTests(step: Step, stage: Stage & { readonly kind: 'test' }): Promise<number | undefined> {
  const { host, env, place } = step
  const inputs = inputsOf(env)
  if (inputs['cache'] === 'false') return runStage(step, stage)
  const directory = resolve(env['GITHUB_WORKSPACE'] ?? '.', inputs['working-directory'] ?? '.')
  const file = await host.fs.readFile(join(directory, 'kernelkit.yaml'), 'utf8').catch(() => '')
  const save = await (
    await import('@kernelkit/action-kit')
  ).carryEntries({
    host,
    place,
    root: inputs['cache-dir'] === undefined ? defaultStoreRoot(host) : resolve(directory, inputs['cache-dir']),
    of: JSON.stringify([file, stage.words]),
    run: `${env['GITHUB_RUN_ID'] ?? ''}-${env['GITHUB_RUN_ATTEMPT'] ?? ''}`,
  })
  const status = await runStage(step, stage)
  if (status !== undefined) await save()
  return status
}

/** What the parts leave for the end of the job: the compiler's cache, the history of tests. */
export async function runPosts(step: Step): Promise<number> {
  let worst = 0
  for (const stage of chooseStages(inputsOf(step.env))) {
    if (stage.kind === 'action' && ['setup-kvm', 'build-kernel'].includes(stage.name))
      worst = Math.max(worst, (await runStage(step, stage, 'post')) ?? 1)
  }
  return worst
}

const passedSignals = ['SIGINT', 'SIGTERM'] as const

/** Inputs that were given; the runner sets all of them, empty where the workflow has none. */
function inputsOf(env: Variables): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('INPUT_') && value !== undefined && value.trim() !== ''
        ? [[name.slice('INPUT_'.length).toLowerCase(), value.trim()]]
        : [],
    ),
  )
}

/** Exit status; undefined when a signal ended it or this process, so that no other part may begin. */
async function runStage(
  { host, env, node, actions, signals }: Step,
  stage: Stage,
  entry: 'main' | 'post' = 'main',
): Promise<number | undefined> {
  // The runner's tokens are for actions, not for what a project file runs.
  const hidden = stage.kind === 'action' ? /^INPUT_/ : /^(?:INPUT|STATE|ACTIONS)_/
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.test(name)))
  const inputs =
    stage.kind === 'action' ? Object.entries(stage.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const) : []
  const workspace = resolve(env['GITHUB_WORKSPACE'] ?? '.')
  const argv: [string, ...string[]] =
    stage.kind === 'action'
      ? [node, join(actions, stage.name, 'dist', `${entry}.mjs`)]
      : [node, join(actions, 'setup-kvm/dist/cli/bin/kernelkit.js'), ...stage.words]
  const child = host.spawn(argv, {
    stdio: 'inherit',
    cwd: stage.kind === 'test' ? resolve(workspace, inputsOf(env)['working-directory'] ?? '.') : workspace,
    env: { ...own, ...Object.fromEntries(inputs) },
  })
  let isCancelled = false
  const pass = (signal: NodeJS.Signals): void => {
    isCancelled = true
    child.kill(signal)
  }
  for (const name of passedSignals) signals.on(name, pass)
  try {
    return await new Promise((done, fail) => {
      child.once('error', fail)
      child.once('close', (code) => done(isCancelled ? undefined : (code ?? undefined)))
    })
  } finally {
    for (const name of passedSignals) signals.off(name, pass)
  }
}
