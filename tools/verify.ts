import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
const vmTests: Stage = { name: 'VM tests', argv: ['vitest', 'run', '--project', 'vm'] }
// After the VM tests, whose kernel they compare with and whose sources and compiler cache they use.
const containerTests: Stage = { name: 'container tests', argv: ['vitest', 'run', '--project', 'container'] }

interface Records {
  readonly countsFile: string
  readonly failuresFile: string
  readonly times: Timed[]
}

/** Run the stages in order; returns the names of those that failed. */
function runStages(stages: readonly Stage[], { countsFile, failuresFile, times }: Records): readonly string[] {
  const failed: string[] = []
  for (const stage of stages) {
    process.stdout.write(`\n== ${stage.name}: ${stage.argv.join(' ')}\n`)
    const before = readFileSync(countsFile, 'utf8')
    const [program, ...args] = stage.argv
    const [startedMs, cpuBefore] = [performance.now(), childCpuSeconds()]
    const result = spawnSync(program, args, {
      cwd: repository,
      stdio: 'inherit',
      env: { ...process.env, KERNELKIT_TEST_COUNTS: countsFile, KERNELKIT_TEST_FAILURES: failuresFile },
    })
    times.push({ name: stage.name, seconds: (performance.now() - startedMs) / 1000, cpuSeconds: childCpuSeconds() - cpuBefore })
    if (result.signal === 'SIGINT' || result.signal === 'SIGTERM') return [...failed, `${stage.name} (${result.signal})`]
    if (result.status === 0) continue
    const counted = readFileSync(countsFile, 'utf8').slice(before.length)
    // A stage that does not run tests, or died before it counted its tests, is one failure.
    if (addCounts(parseCounts(counted)).failed === 0) writeFileSync(countsFile, '0 1 0\n', { flag: 'a' })
    failed.push(stage.name)
    if (stage.needed === true) break
  }
  return failed
}

interface Verified extends Counts {
  readonly failedStages: readonly string[]
  /** Names and messages of failed tests. */
  readonly failures: string
  readonly times: readonly Timed[]
}

function verify(stages: readonly Stage[]): Verified {
  const directory = mkdtempSync(join(tmpdir(), 'kernelkit-verify-'))
  try {
    const countsFile = join(directory, 'counts')
    const failuresFile = join(directory, 'failures')
    for (const file of [countsFile, failuresFile]) writeFileSync(file, '')
    // What .ci/run did before.
    const installSeconds = process.env['KERNELKIT_TEST_INSTALL_SECONDS']
    const times: Timed[] = installSeconds === undefined ? [] : [{ name: 'npm ci', seconds: Number(installSeconds) }]
    const failedStages = runStages(stages, { countsFile, failuresFile, times })
    const [counts, failures] = [readFileSync(countsFile, 'utf8'), readFileSync(failuresFile, 'utf8')]
    return { ...addCounts(parseCounts(counts)), failedStages, failures, times }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const withMachine = process.argv[2] === 'test'
const result = verify(withMachine ? [hostPackages, ...checkStages, ...bundles, vmTests, containerTests] : checkStages)
process.stdout.write(`\n${renderStageTimes(result.times)}\nload of the last 15 minutes: ${(loadavg()[2] ?? 0).toFixed(1)}\n\n`)
process.stdout.write(result.failures)
for (const name of result.failedStages) process.stdout.write(`failed stage: ${name}\n`)
process.stdout.write(`${renderCounts(result)}\n`)
process.exitCode = result.failed > 0 || result.passed === 0 ? 1 : 0
