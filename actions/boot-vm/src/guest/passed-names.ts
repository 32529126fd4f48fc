import { UserError, message, option } from '@kernelkit/core/errors'

/** What shells, loaders and programs of the runner act on: a guest that could set one would run its own code in the next step. */
const neverFromGuest = new RegExp(
  `^(?:${[
    'BASH.*|SHELLOPTS|ENV|PATH|CDPATH|IFS|PS\\d|PROMPT_COMMAND|HOME|SHELL|USER|LOGNAME|TMP|TEMP|TMPDIR|CI|_',
    'LD|LD_.*|DYLD_.*|GLIBC_.*|GCONV_PATH|LOCPATH|NLSPATH|MALLOC_.*|TERM.*|LANG|LC_.*',
    'NODE_.*|NPM_.*|YARN_.*|PNPM_.*|DENO_.*|BUN_.*|PYTHON.*|PIP_.*|UV_.*|VIRTUAL_ENV|CONDA.*|PERL.*|RUBY.*|GEM_.*|BUNDLE_.*|PHP.*|LUA.*|TCL.*',
    'JAVA.*|_JAVA_.*|JDK_.*|CLASSPATH|MAVEN_.*|MVN_.*|GRADLE_.*|ANT_.*|SBT_.*|DOTNET_.*|CORECLR_.*|COR_.*|POWERSHELL_.*|PSMODULE.*',
    'GO(?:FLAGS|PATH|ROOT|BIN|CACHE|ENV|PROXY|SUMDB|PRIVATE|NO.*|OS|ARCH|TOOLCHAIN|WORK|DEBUG|TMPDIR|TOOLDIR|VCS|INSECURE)|CARGO_.*|RUST.*|CC|CXX|CPP|AS|AR|NM|.*FLAGS|MAKE.*|CMAKE_.*|CCACHE_.*|KBUILD_.*|CROSS_COMPILE|HOSTCC|GCC_.*|CPATH|.*_INCLUDE_PATH|LIBRARY_PATH|COMPILER_PATH|PKG_CONFIG.*',
    'GIT_.*|SSH_.*|GPG_.*|GNUPG.*|EDITOR|VISUAL|PAGER|LESS.*|BROWSER|.*_PROXY|.*_PAGER|.*_EDITOR|.*_ASKPASS|SUDO_.*|XDG_.*',
    'OPENSSL_.*|SSL_.*|CURL_.*|WGETRC|NETRC|AWS_.*|AZURE_.*|GOOGLE_.*|GCLOUD.*|KUBECONFIG|DOCKER_.*|CONTAINER.*|BUILDKIT_.*|BUILDX_.*|HELM_.*|TF_.*',
    'GITHUB_.*|RUNNER_.*|ACTIONS_.*|INPUT_.*|STATE_.*|KERNELKIT_.*|QEMU_.*|DEBIAN_.*|APT_.*|DPKG_.*|.*TOKEN.*',
  ].join('|')})$`,
  'i',
)

/** Names of the input `pass-env`: variables that steps in the guest may set for later steps of the job. Throws BAD_INPUT. */
export function parsePassedNames(names: readonly string[]): readonly string[] {
  for (const name of names) {
    const why = !/^[A-Za-z_]\w*$/.test(name)
      ? 'which is not the name of a variable'
      : neverFromGuest.test(name)
        ? 'which programs of the runner act on: it never comes from a guest'
        : undefined
    if (why === undefined) continue
    throw new UserError('BAD_INPUT', message`${option('pass-env')} names ${JSON.stringify(name)}, ${why}.`, {
      hint: 'Let the guest set another name, and use its value where it is needed.',
      details: { input: 'pass-env', seen: name },
    })
  }
  return names
}
