import { UserError } from '@kernelkit/core/errors'

export interface BuildFacts {
  /** Reference of the base, as in the label. */
  readonly base: string
  readonly suite: string
  readonly compiler: string
  /** Address of the engine. */
  readonly engine: string
}

/** The engine's disk is full, whoever says it: dockerd, apt or dpkg. */
const fullDisk = /no space left on device|not enough free space|don't have enough free space/i
const noNetwork =
  /Could not resolve|Temporary failure resolving|Unable to connect|Connection (?:timed out|refused)|Failed to fetch|Network is unreachable/i

/** The error that the output of a failed image build means. */
export function explainBuildFailure(output: string, facts: BuildFacts, cause?: unknown): UserError {
  const { base, suite, compiler, engine } = facts
  const details = { base, suite, compiler, engine }
  const tail = output.trimEnd().split('\n').slice(-40).join('\n')
  if (fullDisk.test(output)) return engineDiskFull(engine, cause)
  const missing = missingPackages(output)
  if (missing.length > 0)
    return new UserError('TOOLCHAIN_PACKAGE', `${suite} (${base}) has no package ${missing.map((name) => `'${name}'`).join(', ')}.`, {
      hint: missing.some((name) => name.includes(compiler))
        ? `--compiler ${compiler.replace(/-.*/, '')} is the version that ${suite} prefers; a newer suite has newer ones: --suite trixie.`
        : 'choose another --suite.',
      details: { ...details, packages: missing },
      cause,
    })
  if (/apt-get: (?:command )?not found|exec: "\/bin\/sh"|\/bin\/sh: no such file|exec \/bin\/sh/i.test(output))
    return new UserError('TOOLCHAIN_BASE', `the base ${base} is not Debian-like: it has no apt-get.`, {
      hint: 'name an image of Debian or Ubuntu by digest (--base NAME@sha256:…), or use --base bootstrap.',
      details,
      cause,
    })
  if (noNetwork.test(output))
    return new UserError('MIRROR_UNREACHABLE', `packages could not be fetched inside the engine at ${engine}.\n${tail}`, {
      hint: 'the containers of this engine may reach the network only through a proxy: set http_proxy to an address that is not on localhost; then run it again.',
      details,
      cause,
    })
  return new UserError('TOOLCHAIN_BUILD', `the toolchain image could not be built on ${base}.\n${tail}`, {
    hint: 'the last lines say why; --verbose shows all of them.',
    details,
    cause,
  })
}

/** What a failed pull means. */
export function explainPullFailure(reason: string, { base, engine }: Pick<BuildFacts, 'base' | 'engine'>, cause?: unknown): UserError {
  const details = { base, engine, reason }
  if (fullDisk.test(reason)) return engineDiskFull(engine, cause)
  if (
    /manifest (?:for .* )?(?:unknown|not found)|not found|pull access denied|repository does not exist|unauthorized|invalid reference/i.test(
      reason,
    )
  )
    return new UserError('TOOLCHAIN_BASE', `the registry has no ${base} for this engine: ${reason}.`, {
      hint: 'correct the name and the digest (`docker pull NAME:TAG` prints the digest; a private one is found once it was pulled by hand), or use --base bootstrap.',
      details,
      cause,
    })
  return new UserError('REGISTRY_UNREACHABLE', `the engine at ${engine} could not fetch ${base}: ${reason}.`, {
    hint: 'check the network and proxy of the engine; --base bootstrap makes the base on this machine and needs no registry.',
    details,
    cause,
  })
}

function engineDiskFull(engine: string, cause: unknown): UserError {
  return new UserError('DISK_FULL', `the engine at ${engine} has no space left for an image.`, {
    hint: 'kernelkit toolchain prune removes ours that are of no more use, `docker system prune` what nobody uses; about 1.5 GiB are needed.',
    details: { engine },
    cause,
  })
}

function missingPackages(output: string): readonly string[] {
  const found = [...output.matchAll(/Unable to locate package (\S+)|Package '?([a-z0-9][a-z0-9+.-]*)'? has no installation candidate/g)]
  return [...new Set(found.flatMap((match) => match[1] ?? match[2] ?? []))]
}
