import { UserError, command, message, option } from '../errors/index.ts'

/** The error that a bootstrap tool's output means; `undefined` when it has none of the known messages. */
export function explainBootstrapFailure(
  output: string,
  { suite, mirror, where = 'host' }: { readonly suite: string; readonly mirror: string; readonly where?: 'host' | 'container' },
): UserError | undefined {
  const inside = where === 'container'
  const missing = packagesNotFound(output)
  if (missing.length > 0) {
    return new UserError('PACKAGE_NOT_FOUND', `${mirror} has no package ${missing.map((name) => `'${name}'`).join(', ')} in ${suite}.`, {
      hint: message`Correct ${option('include')} (\`apt-cache search WORD\` finds names), or choose another suite with ${option('suite')}.`,
      details: { packages: missing, suite, mirror },
    })
  }
  if (/No space left on device|write failed|Cannot write: .*space/i.test(output)) {
    return new UserError('DISK_FULL', 'no space is left for the root file system while baking.', {
      hint: inside
        ? message`Free about 1 GiB where the engine keeps its data, with ${command('kernelkit toolchain prune')} or \`docker system prune\`.`
        : message`Free about 1 GiB in the temporary directory (TMPDIR, default /tmp) and in the store, or choose other directories with TMPDIR and ${option('cache-dir')}.`,
    })
  }
  if (/NO_PUBKEY|is not signed|EXPKEYSIG|Release signed by unknown key|signatures couldn't be verified/.test(output)) {
    return new UserError(
      'MIRROR_NOT_TRUSTED',
      `the Release file of ${suite} at ${mirror} is not signed by a key that ${inside ? 'the toolchain image' : 'this host'} trusts.`,
      {
        hint: inside
          ? "Install the distribution's keyring on this machine and name it in apt's source of that mirror (Signed-By): the container gets it from there. A newer suite needs a newer keyring."
          : 'Install the keyring of that distribution (`apt-get install debian-archive-keyring` or `ubuntu-keyring`; a newer suite needs a newer keyring).',
        details: { suite, mirror },
      },
    )
  }
  if (/Hash Sum mismatch|Failed to fetch|Could not resolve|Connection (refused|timed out)|Couldn't download/i.test(output)) {
    return new UserError(
      'MIRROR_UNREACHABLE',
      `packages could not be fetched from ${mirror}${inside ? ' inside the container' : ''}.\n${lastLines(output)}`,
      {
        hint: inside
          ? message`Run it again. If that does not help, the containers of this engine may not reach the network (check with \`docker run --rm IMAGE getent hosts NAME\`), or only through a proxy: set apt's Acquire::http::Proxy or http_proxy to an address that is not on localhost. Or name another mirror with ${option('mirror')}.`
          : message`Run it again. If that does not help, name another mirror with ${option('mirror')}.`,
        details: { mirror },
      },
    )
  }
  return undefined
}

/** apt: `Unable to locate package X`, `Package 'X' has no installation candidate`; debootstrap: `Couldn't find these debs: X Y`. */
function packagesNotFound(output: string): readonly string[] {
  const found = [
    ...output.matchAll(/Unable to locate package (\S+)|Package '?([a-z0-9][a-z0-9+.-]*)'? has no installation candidate/g),
  ].map((match) => match[1] ?? match[2])
  const debs = [...output.matchAll(/Couldn't find these debs: (.+)/g)].flatMap((match) => (match[1] ?? '').split(/\s+/))
  return [...new Set([...found, ...debs].filter((name) => name !== undefined && name !== ''))].filter((name) => name !== undefined)
}

function lastLines(output: string): string {
  return output
    .trimEnd()
    .split('\n')
    .filter((line) => /^[EW]:|Err:/.test(line))
    .slice(-5)
    .join('\n')
}
