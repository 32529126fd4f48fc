// npm run workflow -- FILE: one job of a workflow on this machine, as GitHub's runner would run it (docs/local-workflows.md).
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runJob, startCacheService } from '@kernelkit/testing'
import { actionPath, ownActions } from '../own-actions.ts'
import { repository } from '../source-files.ts'
import { ownRepository, readWorkflow } from './read-workflow.ts'
import { renderLine } from './render-line.ts'

const usage = 'Usage: npm run workflow -- FILE [--job NAME] [--matrix KEY=VALUE]... [--directory DIR]'

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { job: { type: 'string' }, matrix: { type: 'string', multiple: true, default: [] }, directory: { type: 'string' } },
  })
  const [given, ...others] = positionals
  if (given === undefined || others.length > 0) throw new Error(`name one workflow file.\n${usage}`)
  // npm starts scripts in the package's directory.
  const from = process.env['INIT_CWD'] ?? process.cwd()
  const file = resolve(from, given)
  const job = readWorkflow(readFileSync(file, 'utf8'), {
    job: values.job,
    matrix: Object.fromEntries(values.matrix.map(parsePair)),
    ownActions,
    checkout: topLevel(dirname(file)),
  })
  for (const { uses } of job.steps) requireBundle(uses)
  const directory = values.directory === undefined ? mkdtempSync(join(tmpdir(), 'kernelkit-workflow-')) : resolve(from, values.directory)
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  print(`job ${job.name} in ${directory}`)
  for (const note of job.notes) print(`  ${note}`)

  const cancel = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => cancel.abort())
  await using cache = await startCacheService()
  const result = await runJob({
    directory,
    steps: job.steps,
    env: job.env,
    actionEnv: cache.env,
    repositories: { [ownRepository]: repository },
    signal: cancel.signal,
    onStep: (title) => print(`== ${title}`),
    onLine: (line) => {
      const shown = renderLine(line)
      if (shown !== undefined) print(shown)
    },
  })
  print('')
  for (const { id, outcome, post } of result.steps)
    print(`${outcome.padEnd(9)}  ${id}${post === undefined ? '' : ` (post: ${post.outcome})`}`)
  print(`${result.conclusion}: the workspace is ${result.directories.workspace}`)
  return { success: 0, failure: 1, cancelled: 130 }[result.conclusion]
}

function parsePair(text: string): [string, string] {
  const [, key, value] = /^([\w-]+)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined) throw new Error(`--matrix '${text}' is not KEY=VALUE.\n${usage}`)
  return [key, value]
}

/** The repository that the workflow belongs to; outside of one its own directory. */
function topLevel(directory: string): string {
  try {
    return execFileSync('git', ['-C', directory, 'rev-parse', '--show-toplevel'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return directory
  }
}

function requireBundle(uses: string | undefined): void {
  const name =
    uses === `${ownRepository}@local` ? 'one-step' : ownActions.find((own) => uses?.startsWith(`${ownRepository}/actions/${own}@`) === true)
  if (name !== undefined && !existsSync(actionPath(name, 'dist'))) throw new Error(`actions/${name} is not bundled. Run npm run bundle.`)
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
