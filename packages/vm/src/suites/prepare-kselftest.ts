import { basename, join } from 'node:path'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import {
  chooseSuites,
  guestPlace,
  guestScript,
  headersArgv,
  installArgv,
  isProgramLine,
  listedSuites,
  parseTargets,
  programsOf,
  runnerPrograms,
  wantedSymbols,
} from '@kernelkit/core/kselftest'
import { requireAll, withTask, type Host, type Requirement, type Store, type Task } from '@kernelkit/host'
import { provides } from '../resolve/kernel-options.ts'
import type { VmPlan } from '../resolve/plan-vm.ts'
import { lacksProgram, openRoot } from './root-files.ts'
import type { PreparedSuite, SuiteContext } from './prepare-suite.ts'

const requirements: readonly Requirement[] = [
  { what: 'program', program: 'make', package: 'make', why: 'to build the tests' },
  { what: 'program', program: 'gcc', package: 'gcc', why: 'to compile the tests' },
  { what: 'program', program: 'rsync', package: 'rsync', why: 'to install the tests' },
]

/** Builds suites from the tree of the kernel, out of tree, and says what they will miss. Throws `NO_KSELFTEST` and `NO_SUCH_SUITE`. */
export async function prepareKselftest({ host, store, spec, plan, signal }: SuiteContext, words: string): Promise<PreparedSuite> {
  const tree = await testsOf(host, plan)
  const suites = chooseSuites(words, parseTargets(await host.fs.readFile(join(tree, 'tools/testing/selftests/Makefile'), 'utf8')))
  await requireAll(host, requirements, { user: 'kselftest' })
  for (const line of await lackingOptions(host, { tree, suites, plan })) host.log.warn(line)
  const install = await build(host, { store, tree, suites, signal })
  for (const line of await lackingPrograms(host, { install, suites, plan })) host.log.warn(line)
  return {
    argv: ['/bin/sh', '-c', guestScript(suites)],
    spec: { ...spec, format: 'ktap', shares: [...spec.shares, { source: install, guest: guestPlace, mode: 'cow' }] },
  }
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
  return lines
}

/** Of each suite, the programs that its tests are written for and the root lacks. */
async function lackingPrograms(
  host: Host,
  { install, suites, plan }: { readonly install: string; readonly suites: readonly string[]; readonly plan: VmPlan },
): Promise<readonly string[]> {
  const root = openRoot(host, plan.root)
  const lines: string[] = []
  for (const suite of suites) {
    const directory = join(install, suite)
    const names: readonly string[] = await host.fs.readdir(directory).catch(() => [])
    const wanted = new Set(runnerPrograms)
    for (const name of names) for (const program of programsOf(await firstBytes(host, join(directory, name)))) wanted.add(program)
    for (const program of wanted)
      // The suite brings some programs itself.
      if (!names.includes(program) && (await root.hasProgram(program)) === false)
        lines.push(lacksProgram(`kselftest ${suite}`, program, plan.root))
  }
  return lines
}

/** What is looked through of a file: the largest script of Linux 6.12 has 90 KB; what does not begin with "#!" is a program. */
async function firstBytes(host: Host, path: string): Promise<string> {
  const largest = 256 * 1024
  try {
    await using file = await host.fs.open(path, 'r')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    if (buffer.toString('latin1', 0, bytesRead) !== '#!') return ''
    const all = await file.read(Buffer.alloc(largest), 0, largest, 0)
    return all.buffer.toString('utf8', 0, all.bytesRead)
  } catch {
    // A directory, or a link to nowhere.
    return ''
  }
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
  const run = (argv: readonly string[], onLine?: (line: string) => void) =>
    host.run(argv, { signal, reject: false, ownGroup: true, endsWithParent: true, ...(onLine === undefined ? {} : { onLine }) })
  const make = async (task: Task) => {
    let compiled = 0
    const count = (line: string) => {
      if (isProgramLine(line)) task.update(`${(compiled += 1)} programs`)
    }
    task.update('headers')
    const headers = await run(headersArgv({ tree, out, jobs }))
    if (headers.exitCode !== 0) throw failed('the headers of the kernel', headers.stderr)
    const built = await run(installArgv({ tree, out, install, suites, jobs }), count)
    const list = await host.fs.readFile(join(install, 'kselftest-list.txt'), 'utf8').catch(() => '')
    // make succeeds when one of the suites does (tools/testing/selftests/Makefile, FORCE_TARGETS).
    const missing = suites.filter((suite) => !listedSuites(list).has(suite))
    if (missing.length > 0) throw failed(missing.join(', '), built.stderr)
  }
  const title = `build kselftest ${suites.join(' ')}`
  await withTask(host, { title }, (task) =>
    store.withLock(`kselftest-${basename(out)}`, () => make(task), { waitingFor: 'another build of these tests', signal }),
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
