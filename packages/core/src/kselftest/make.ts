import { quoteArgv } from '../shell/index.ts'

/** Where the guest finds what was built. */
export const guestPlace = '/run/kernelkit/kselftest'

/** The headers of the kernel for its tests, into a build directory of their own: nothing is written to the tree. */
export function headersArgv({
  tree,
  out,
  jobs,
}: {
  readonly tree: string
  readonly out: string
  readonly jobs: number
}): readonly string[] {
  return ['make', '-C', tree, `O=${out}`, `-j${jobs}`, 'headers']
}

/** Documentation/dev-tools/kselftest.rst, "Install selftests". */
export function installArgv(options: {
  readonly tree: string
  readonly out: string
  readonly install: string
  readonly suites: readonly string[]
  readonly jobs: number
}): readonly string[] {
  const { tree, out, install, suites, jobs } = options
  return [
    'make',
    '-C',
    `${tree}/tools/testing/selftests`,
    `O=${out}`,
    `-j${jobs}`,
    `TARGETS=${suites.join(' ')}`,
    // Those of the build directory: the tree has none.
    `KHDR_INCLUDES=-isystem ${out}/usr/include`,
    `INSTALL_PATH=${install}`,
    'install',
  ]
}

/** True for the line of make about one program: "  CC       posix_timers" (tools/testing/selftests/lib.mk), with older kernels the command itself. */
export function isProgramLine(line: string): boolean {
  return /^ +(?:CC|CLANG|GEN) |^\S*(?:gcc|clang)\S* /.test(line)
}

/** The shell line of the guest: each test with its own limit, as `settings` of its suite says. */
export function guestScript(suites: readonly string[]): string {
  const chosen = suites.flatMap((suite) => ['-c', suite])
  return `cd ${guestPlace} && exec ./run_kselftest.sh ${quoteArgv(chosen)}`
}

/** Suites of which kselftest-list.txt has tests: `collection:test` on each line. */
export function listedSuites(text: string): ReadonlySet<string> {
  return new Set(text.split('\n').flatMap((line) => (line.includes(':') ? [line.slice(0, line.indexOf(':'))] : [])))
}
