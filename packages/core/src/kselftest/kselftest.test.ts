import { describe, expect, it } from 'vitest'
import {
  chooseSuites,
  guestScript,
  installArgv,
  isProgramLine,
  listedSuites,
  packageOf,
  parseTargets,
  programsOf,
  wantedSymbols,
} from './index.ts'

const known = parseTargets(
  '# comment\nTARGETS += size\nTARGETS += sysctl\nTARGETS += timers\nTARGETS += net/forwarding\nTARGETS_HOTPLUG = cpu-hotplug\n',
)

describe('the suites of a tree', () => {
  it('are the targets of its Makefile', () => {
    expect(known).toEqual(['size', 'sysctl', 'timers', 'net/forwarding'])
  })

  it('are chosen by name, each once', () => {
    expect(chooseSuites('timers size, timers', known)).toEqual(['timers', 'size'])
  })

  it.each([
    ['timer', 'Did you mean timers?'],
    ['zzzzzzzz', 'Suites are the TARGETS'],
    [' ', 'Suites are the TARGETS'],
  ])('refuse %j with what is near', (raw, hint) => {
    expect(() => chooseSuites(raw, known)).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_SUITE', hint: expect.stringContaining(hint) as string }) as Error,
    )
  })
})

describe('what is built and run', () => {
  it.each([
    ['  CC       posix_timers', true],
    ['gcc -O2 -Wall posix_timers.c -o /o/timers/posix_timers', true],
    ['/usr/bin/aarch64-linux-gnu-gcc -O2 a.c', true],
    ['Emit Tests for timers', false],
    ['make[1]: Entering directory /o', false],
  ])('counts the line %j as a program that is compiled: %s', (line, expected) => {
    expect(isProgramLine(line)).toBe(expected)
  })

  it('is built outside of the tree and installed', () => {
    expect(installArgv({ tree: '/t', out: '/o', install: '/o/inst', suites: ['a', 'b'], jobs: 2 })).toEqual([
      'make',
      '-C',
      '/t/tools/testing/selftests',
      'O=/o',
      '-j2',
      'TARGETS=a b',
      'KHDR_INCLUDES=-isystem /o/usr/include',
      'INSTALL_PATH=/o/inst',
      'install',
    ])
    expect(guestScript(['timers', 'net/forwarding'])).toBe(
      'cd /run/kernelkit/kselftest && exec ./run_kselftest.sh -c timers -c net/forwarding',
    )
  })

  it('needs the interpreter of each script and the programs that it asks for', () => {
    const script = `#!/usr/bin/env -S bash -e
# which means: type the name
if ! command -v ethtool >/dev/null; then exit 4; fi
require_command jq
[ -x "$(which tcpdump)" ] && hash ip 2>/dev/null
`
    expect(programsOf(script)).toEqual(['bash', 'ethtool', 'jq', 'tcpdump', 'ip'])
    expect(programsOf('#!/usr/bin/python3\nimport os\n')).toEqual(['python3'])
    expect(programsOf('\x7fELF command -v perl')).toEqual([])
    expect([packageOf('stdbuf'), packageOf('jq')]).toEqual(['coreutils', 'jq'])
  })

  it('is known by the list of tests, and by the options that a suite wants', () => {
    expect([...listedSuites('timers:posix_timers\ntimers:nsleep-lat\nsize:get_size\n')]).toEqual(['timers', 'size'])
    expect(wantedSymbols('CONFIG_TEST_SYSCTL=m\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=0x1\n')).toEqual(['TEST_SYSCTL', 'A'])
  })
})
