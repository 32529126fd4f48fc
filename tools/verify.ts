import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { childCpuSeconds } from './cpu-time.ts'
import { addCounts, parseCounts, renderCounts, type Counts } from './test-counts.ts'
import { renderStageTimes, type Timed } from './test-times.ts'
import { listPublishedPackages, repository } from './source-files.ts'

interface Stage {
  readonly name: string
  readonly argv: readonly [string, ...string[]]
  /** What follows makes no sense without it. */
  readonly needed?: true
  /** Runs at the same time: one of the two waits where the other computes. Its output is printed after that of this stage. */
  readonly meanwhile?: Stage
}

const published = listPublishedPackages()

const checkStages: readonly Stage[] = [
  // Types come first: they also build what the following stages look at.
  { name: 'types', argv: ['tsc', '-b'], needed: true },
  { name: 'bundle of the command', argv: ['node', 'tools/bundle-cli.ts'], needed: true },
  { name: 'lint', argv: ['oxlint'], meanwhile: { name: 'workflows and actions', argv: ['node', 'tools/check-actions.ts'] } },
  { name: 'unused files, exports and dependencies', argv: ['knip'], meanwhile: { name: 'format', argv: ['oxfmt', '--check', '.'] } },
  ...published.map((name): Stage => ({
    name: `package ${name}`,
    argv: ['publint', '--strict', `packages/${name}`],
    ...(name === 'cli'
      ? {}
      : {
          meanwhile: { name: `types of package ${name}`, argv: ['attw', '--pack', `packages/${name}`, '--profile', 'esm-only', '--quiet'] },
        }),
  })),
  { name: 'unit tests', argv: ['vitest', 'run', '--project', 'unit*'] },
]

const bundles: readonly Stage[] = [
  { name: 'bundles of the Actions', argv: ['node', 'tools/bundle-actions.ts'], needed: true },
  { name: 'bundle tests', argv: ['vitest', 'run', '--project', 'bundle'] },
]
// Before all others: some unit tests use git, cpio or a compiler too.
const hostPackages: Stage = { name: 'host packages', argv: ['node', 'tools/install-host-packages.ts'], needed: true }
// Before both kinds of tests that use them: the container tests compare with this kernel, and use its sources and compiler cache.
const artifacts: Stage = { name: 'kernel and image of the tests', argv: ['node', 'e2e/setup/make-artifacts.ts'], needed: true }
const machineTests: Stage = {
  name: 'VM tests',
  argv: ['vitest', 'run', '--project', 'vm'],
  meanwhile: { name: 'container tests', argv: ['vitest', 'run', '--project', 'container'] },
}

/** One stage; its output is that of this program, or kept in a file. Returns whether it failed, or the signal that ended it. */
async function runStage(stage: Stage, files: StageFiles): Promise<boolean | NodeJS.Signals> {
  const heading = `\n== ${stage.name}: ${stage.argv.join(' ')}\n`
  const [program, ...args] = stage.argv
  for (const file of [files.counts, files.failures]) writeFileSync(file, '')
  if (files.output === undefined) process.stdout.write(heading)
  else writeFileSync(files.output, heading)
  const kept = files.output === undefined ? 'inherit' : openSync(files.output, 'a')
  const child = spawn(program, args, {
    cwd: repository,
    stdio: ['inherit', kept, kept],
    env: { ...process.env, KERNELKIT_TEST_COUNTS: files.counts, KERNELKIT_TEST_FAILURES: files.failures },
  })
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (typeof kept === 'number') closeSync(kept)
  if (signal === 'SIGINT' || signal === 'SIGTERM') return signal
  if (status === 0) return false
  // A stage that does not run tests, or died before it counted its tests, is one failure.
  if (addCounts(parseCounts(readFileSync(files.counts, 'utf8'))).failed === 0) writeFileSync(files.counts, '0 1 0\n', { flag: 'a' })
  return true
}

interface StageFiles {
  readonly counts: string
  readonly failures: string
  /** Absent: it prints as it runs. */
  readonly output: string | undefined
}

/** Run the stages in order; returns the names of those that failed. */
async function runStages(stages: readonly Stage[], directory: string, times: Timed[]): Promise<readonly string[]> {
  const failed: string[] = []
  for (const [index, stage] of stages.entries()) {
    const timed = [stage, ...(stage.meanwhile === undefined ? [] : [stage.meanwhile])].map(async (one, place) => {
      const file = (kind: string) => join(directory, `${kind}-${index}-${place}`)
      const startedMs = performance.now()
      const output = place === 0 ? undefined : file('output')
      const end = await runStage(one, { counts: file('counts'), failures: file('failures'), output })
      return { one, output, end, seconds: (performance.now() - startedMs) / 1000 }
    })
    const cpuBefore = childCpuSeconds()
    const ends = await Promise.all(timed)
    for (const { output } of ends) if (output !== undefined) process.stdout.write(readFileSync(output))
    const longest = Math.max(...ends.map(({ seconds }) => seconds))
    const name = ends.map(({ one, seconds }) => (ends.length === 1 ? one.name : `${one.name} (${seconds.toFixed(0)} s)`)).join(' and ')
    times.push({ name, seconds: longest, cpuSeconds: childCpuSeconds() - cpuBefore })
    for (const { one, end } of ends) if (end !== false) failed.push(end === true ? one.name : `${one.name} (${end})`)
    if (ends.some(({ one, end }) => typeof end === 'string' || (end && one.needed === true))) break
  }
  return failed
}

interface Verified extends Counts {
  readonly failedStages: readonly string[]
  /** Names and messages of failed tests. */
  readonly failures: string
  readonly times: readonly Timed[]
}

async function verify(stages: readonly Stage[]): Promise<Verified> {
  const directory = mkdtempSync(join(tmpdir(), 'kernelkit-verify-'))
  const read = (kind: string) =>
    readdirSync(directory)
      .filter((name) => name.startsWith(`${kind}-`))
      .map((name) => readFileSync(join(directory, name), 'utf8'))
  try {
    // What .ci/run did before.
    const installSeconds = process.env['KERNELKIT_TEST_INSTALL_SECONDS']
    const times: Timed[] = installSeconds === undefined ? [] : [{ name: 'npm ci', seconds: Number(installSeconds) }]
    const failedStages = await runStages(stages, directory, times)
    return { ...addCounts(read('counts').flatMap(parseCounts)), failedStages, failures: read('failures').join(''), times }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const withMachine = process.argv[2] === 'test'
const result = await verify(withMachine ? [hostPackages, ...checkStages, ...bundles, artifacts, machineTests] : checkStages)
process.stdout.write(`\n${renderStageTimes(result.times)}\nload of the last 15 minutes: ${(loadavg()[2] ?? 0).toFixed(1)}\n\n`)
process.stdout.write(result.failures)
for (const name of result.failedStages) process.stdout.write(`failed stage: ${name}\n`)
process.stdout.write(`${renderCounts(result)}\n`)
process.exitCode = result.failed > 0 || result.passed === 0 ? 1 : 0
