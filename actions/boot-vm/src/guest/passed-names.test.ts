import { expect, it } from 'vitest'
import { parsePassedNames } from './passed-names.ts'

const never =
  'BASH_ENV ENV PATH Path LD_PRELOAD LD_LIBRARY_PATH NODE_OPTIONS GIT_SSH_COMMAND GIT_CONFIG_COUNT PYTHONPATH PYTHONSTARTUP PERL5OPT PERL5LIB JAVA_TOOL_OPTIONS _JAVA_OPTIONS GITHUB_ENV GITHUB_PATH RUNNER_TEMP ACTIONS_RUNTIME_URL INPUT_RUN KERNELKIT_CACHE_DIR KERNELKIT_INSIDE RUBYOPT IFS PS4 PROMPT_COMMAND BASH_FUNC_ls HTTPS_PROXY https_proxy CC CFLAGS MAKEFLAGS HOME MY_TOKEN DOCKER_HOST SSH_AUTH_SOCK GOFLAGS CARGO_HOME RUSTC_WRAPPER RUSTFLAGS OPENSSL_CONF'

it.each(never.split(' '))('%s never comes from a guest, not even when it is named', (name) => {
  expect(() => parsePassedNames(['FINE', name])).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT', details: { input: 'pass-env', seen: name } }),
  )
})

it.each(['A B', '', '1A', 'A=B', 'A-B', 'A\n'])('%j is not a name', (name) => {
  expect(() => parsePassedNames([name])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
})

it('other names are taken as they are', () => {
  const names = ['RELEASE', 'word', 'LINES', 'KERNEL_VERSION', 'TESTS_FAILED', 'ENVIRONMENT', 'GOOD', 'LDAP']
  expect(parsePassedNames(names)).toEqual(names)
})
