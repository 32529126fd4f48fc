// They name sockets, displays and directories of this machine's session, which no guest has.
const ofSession =
  /^(?:SSH_|DBUS_|XDG_RUNTIME_DIR$|XDG_SESSION|XDG_VTNR$|XDG_SEAT|DISPLAY$|WAYLAND_|XAUTHORITY$|GPG_|TMUX|STY$|WINDOWID$|DOCKER_HOST$)/
// Of the shell that starts the runner; the guest's own PATH and HOME fit its files.
const ofShell = /^(?:PATH|HOME|OLDPWD|SHLVL|_|LS_COLORS|BASH_FUNC_.*)$/
// A temporary directory of this machine is not in the guest, which has its own /tmp.
const ofTemporary = /^(?:TMPDIR|TMP|TEMP|TEMPDIR)$/
// A guest needs no credentials, and no variables that are for a runner of GitHub or for kernelkit itself.
const secret = /TOKEN|SECRET|PASSW|CREDENTIAL|PRIVATE_KEY|API_KEY|ACCESS_KEY|^(?:ACTIONS_|INPUT_|STATE_|KERNELKIT_)/i
const shellName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The variables of a test runner that its program gets in the guest, as it would get them here: all but those of the session, of the
 * shell, of temporary directories, and those whose name says that they are secret.
 */
export function wrappedVariables(
  env: Readonly<Record<string, string | undefined>>,
  left: ReadonlySet<string> = new Set(),
): Readonly<Record<string, string>> {
  const isPassed = (name: string) =>
    shellName.test(name) && !left.has(name) && ![ofSession, ofShell, ofTemporary, secret].some((kind) => kind.test(name))
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && isPassed(entry[0])))
}
