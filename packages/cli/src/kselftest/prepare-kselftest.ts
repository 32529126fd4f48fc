import { basename, join } from 'node:path'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import {
  chooseSuites,
  guestPlace,
  guestScript,
  headersArgv,
  installArgv,
  listedSuites,
  parseTargets,
  wantedSymbols,
} from '@kernelkit/core/kselftest'
import type { VmSpec } from '@kernelkit/core/options/vm'
import { requireAll, withTask, type Host, type Requirement, type Store } from '@kernelkit/host'
import { planForDryRun, provides, type VmPlan, type WantedVm } from '@kernelkit/vm/internal'

/** What `--kselftest` makes of a run: its command, and the spec with what was built as a directory of the guest. */
export interface PreparedKselftest {
  readonly argv: readonly string[]
  readonly spec: VmSpec
}

const requirements: readonly Requirement[] = [
  { what: 'program', program: 'make', package: 'make', why: 'to build the tests' },
  { what: 'program', program: 'gcc', package: 'gcc', why: 'to compile the tests' },
  { what: 'program', program: 'rsync', package: 'rsync', why: 'to install the tests' },
]

/** Builds suites from the tree of the kernel, out of tree, and says what they will miss. Throws `NO_KSELFTEST` and `NO_SUCH_SUITE`. */
export async function prepareKselftest(
  { host, store, signal }: { readonly host: Host; readonly store: Store; readonly signal: AbortSignal },
  { suites: named, wanted }: { readonly suites: string; readonly wanted: WantedVm },
): Promise<PreparedKselftest> {
  const plan = await planForDryRun({ host, store, wanted, signal })
  const tree = await testsOf(host, plan)
  const suites = chooseSuites(named, parseTargets(await host.fs.readFile(join(tree, 'tools/testing/selftests/Makefile'), 'utf8')))
  await requireAll(host, requirements, { user: 'kselftest' })
  for (const line of await lackingOptions(host, { tree, suites, plan })) host.log.warn(line)
  const install = await build(host, { store, tree, suites, signal })
  const spec: VmSpec = { ...wanted.spec, shares: [...wanted.spec.shares, { source: install, guest: guestPlace, mode: 'cow' }] }
  return { argv: ['/bin/sh', '-c', guestScript(suites)], spec }
}

/** The tree that the kernel was built from. */
async function testsOf(host: Host, { kernel }: VmPlan): Promise<string> {
  const tree = kernel.sourceTree
  if (tree !== undefined && (await host.fs.exists(join(tree, 'tools/testing/selftests/Makefile')))) return tree
  throw new UserError(
    'NO_KSELFTEST',
    message`${option('kselftest')}: the source of ${kernel.image.path} is not known on this machine, or has no tools/testing/selftests.`,
    {
      hint: message`Build the kernel here: ${command('kernelkit build deb:linux-source-6.12')}, or work in its tree.`,
      details: { kernel: kernel.image.path },
    },
  )
}

/** Of each suite, the options that its `config` asks for and this kernel lacks: such tests skip or fail. */
async function lackingOptions(
  host: Host,
  { tree, suites, plan }: { readonly tree: string; readonly suites: readonly string[]; readonly plan: VmPlan },
): Promise<readonly string[]> {
  const { options } = plan.kernel
  if (options.source === undefined) return []
  const lines: string[] = []
  for (const suite of suites) {
    const text = await host.fs.readFile(join(tree, 'tools/testing/selftests', suite, 'config'), 'utf8').catch(() => '')
    const lacking = wantedSymbols(text).filter((symbol) => !provides(options, symbol))
    if (lacking.length > 0)
      lines.push(
        `kselftest ${suite} wants ${lacking.join(', ')}, which this kernel lacks (kernelkit build ${lacking.map((symbol) => `--config ${symbol}=y`).join(' ')})`,
      )
  }
  // Without them the lines of a test come late or not at all (tools/testing/selftests/kselftest/runner.sh).
  if (plan.root.kind === 'host')
    for (const program of ['perl', 'stdbuf', 'timeout'])
      if ((await host.which(program)) === undefined) lines.push(`kselftest wants the program ${program}, which the root lacks`)
  return lines
}

/** One build directory for each tree: what is compiled is not compiled again. */
async function build(
  host: Host,
  {
    store,
    tree,
    suites,
    signal,
  }: { readonly store: Store; readonly tree: string; readonly suites: readonly string[]; readonly signal: AbortSignal },
): Promise<string> {
  const out = await store.workDirectory('kselftest', host.sha256(tree).slice(0, 16))
  const install = join(out, `install-${host.sha256(suites.join(' ')).slice(0, 8)}`)
  const jobs = host.cpus
  const run = (argv: readonly string[]) => host.run(argv, { signal, reject: false, ownGroup: true, endsWithParent: true })
  const make = async () => {
    const headers = await run(headersArgv({ tree, out, jobs }))
    if (headers.exitCode !== 0) throw failed('the headers of the kernel', headers.stderr)
    const built = await run(installArgv({ tree, out, install, suites, jobs }))
    const list = await host.fs.readFile(join(install, 'kselftest-list.txt'), 'utf8').catch(() => '')
    // make succeeds when one of the suites does (tools/testing/selftests/Makefile, FORCE_TARGETS).
    const missing = suites.filter((suite) => !listedSuites(list).has(suite))
    if (missing.length > 0) throw failed(missing.join(', '), built.stderr)
  }
  const title = `build kselftest ${suites.join(' ')}`
  await withTask(host, { title }, () =>
    store.withLock(`kselftest-${basename(out)}`, make, { waitingFor: 'another build of these tests', signal }),
  )
  return install
}

function failed(what: string, stderr: string): UserError {
  const lines = stderr.trimEnd().split('\n').slice(-20)
  return new UserError(
    'KSELFTEST_NOT_BUILT',
    `${what}: there is no test after the build.\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      verdict: 'build-fail',
      hint: 'Install the libraries that the errors name, or leave the suite out.',
    },
  )
}
