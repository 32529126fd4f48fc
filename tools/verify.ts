import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { addCounts, parseCounts, renderCounts, type Counts } from './test-counts.ts'
import { renderStageTimes, type StageTime } from './test-times.ts'
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
  { name: 'lint', argv: ['oxlint'] },
  { name: 'format', argv: ['oxfmt', '--check', '.'] },
  { name: 'unused files, exports and dependencies', argv: ['knip'] },
  { name: 'workflows and actions', argv: ['node', 'tools/check-actions.ts'] },
  ...published.flatMap((name): readonly Stage[] => [
    { name: `package ${name}`, argv: ['publint', '--strict', `packages/${name}`] },
    ...(name === 'cli'
      ? []
      : [{ name: `types of package ${name}`, argv: ['attw', '--pack', `packages/${name}`, '--profile', 'esm-only', '--quiet'] } as const]),
  ]),
  { name: 'unit tests', argv: ['vitest', 'run', '--project', 'unit'] },
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

/** CPU seconds of all descendants that have ended, proc_pid_stat(5): cutime and cstime, in the 100 ticks a second that Linux reports. */
function childCpuSeconds(): number {
  const [, fields = ''] = readFileSync('/proc/self/stat', 'utf8').split(/\) (.*)/)
  const [userTicks = 0, systemTicks = 0] = fields.split(' ').slice(13, 15).map(Number)
  return (userTicks + systemTicks) / 100
}

/** One stage; its output is that of this program, or kept and printed at its end. Returns whether it failed, or the signal that ended it. */
async function runStage(stage: Stage, countsFile: string, output?: string): Promise<boolean | NodeJS.Signals> {
  const heading = `\n== ${stage.name}: ${stage.argv.join(' ')}\n`
  const [program, ...args] = stage.argv
  writeFileSync(countsFile, '')
  if (output === undefined) process.stdout.write(heading)
  else writeFileSync(output, heading)
  const kept = output === undefined ? 'inherit' : openSync(output, 'a')
  const child = spawn(program, args, {
    cwd: repository,
    stdio: ['inherit', kept, kept],
    env: { ...process.env, KERNELKIT_TEST_COUNTS: countsFile },
  })
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (typeof kept === 'number') closeSync(kept)
  if (signal === 'SIGINT' || signal === 'SIGTERM') return signal
  if (status === 0) return false
  // A stage that does not run tests, or died before it counted its tests, is one failure.
  if (addCounts(parseCounts(readFileSync(countsFile, 'utf8'))).failed === 0) writeFileSync(countsFile, '0 1 0\n', { flag: 'a' })
  return true
}

/** Run the stages in order; returns the names of those that failed. */
async function runStages(stages: readonly Stage[], directory: string, times: StageTime[]): Promise<readonly string[]> {
  const failed: string[] = []
  for (const [index, stage] of stages.entries()) {
    const timed = [stage, ...(stage.meanwhile === undefined ? [] : [stage.meanwhile])].map(async (one, place) => {
      const startedMs = performance.now()
      const output = place === 0 ? undefined : join(directory, `output-${index}`)
      const end = await runStage(one, join(directory, `counts-${index}-${place}`), output)
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

async function verify(
  stages: readonly Stage[],
): Promise<Counts & { readonly failedStages: readonly string[]; readonly times: readonly StageTime[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'kernelkit-verify-'))
  try {
    // What .ci/run did before.
    const installSeconds = process.env['KERNELKIT_TEST_INSTALL_SECONDS']
    const times: StageTime[] = installSeconds === undefined ? [] : [{ name: 'npm ci', seconds: Number(installSeconds) }]
    const failedStages = await runStages(stages, directory, times)
    const counts = readdirSync(directory).filter((name) => name.startsWith('counts-'))
    return { ...addCounts(counts.flatMap((name) => parseCounts(readFileSync(join(directory, name), 'utf8')))), failedStages, times }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const withMachine = process.argv[2] === 'test'
const result = await verify(withMachine ? [hostPackages, ...checkStages, ...bundles, artifacts, machineTests] : checkStages)
process.stdout.write(`\n${renderStageTimes(result.times)}\nload of the last 15 minutes: ${(loadavg()[2] ?? 0).toFixed(1)}\n\n`)
for (const name of result.failedStages) process.stdout.write(`failed stage: ${name}\n`)
process.stdout.write(`${renderCounts(result)}\n`)
process.exitCode = result.failed > 0 || result.passed === 0 ? 1 : 0
