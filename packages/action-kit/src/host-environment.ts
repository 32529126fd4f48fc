type Environment = Readonly<Record<string, string | undefined>>

/** What programs of the runner need: where things are, how to reach the network, what the job is. */
const proxies = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy']
const passed: ReadonlySet<string> = new Set(
  [
    'PATH HOME USER LOGNAME SHELL HOSTNAME TMPDIR TZ LANG LANGUAGE TERM COLORTERM NO_COLOR FORCE_COLOR CI DEBIAN_FRONTEND APT_CONFIG',
    'SUDO_UID CPATH C_INCLUDE_PATH LIBRARY_PATH LD_LIBRARY_PATH SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS',
    'GIT_SSL_CAINFO GIT_SSH_COMMAND SSH_AUTH_SOCK',
    ...proxies.flatMap((name) => [name, name.toUpperCase()]),
  ].flatMap((names) => names.split(' ')),
)
const families = /^(?:XDG|LC|KERNELKIT|GITHUB|RUNNER|CCACHE|DOCKER)_/
const credentials = /TOKEN|SECRET|PASSW|CREDENTIAL|AUTH(?!_SOCK$)|KEY$|REMOTE_STORAGE/i

/**
 * The environment of an Action's own programs. No variable shows whether it is a secret of the workflow, and compilers,
 * scripts and VMs run code of a change: what is not listed, or named by the workflow (`names`), is not passed on.
 */
export function hostEnvironment(env: Environment, names: readonly string[] = []): Environment {
  const asked = new Set(names)
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => asked.has(name) || ((passed.has(name) || families.test(name)) && !credentials.test(name))),
  )
}
